import { ComponentType, HashAlgorithm, LicenseAcknowledgement } from '@cyclonedx/cyclonedx-library/Enums';
import {
  Bom,
  Component,
  type License,
  LicenseExpression,
  LicenseRepository,
  NamedLicense,
  Property,
  PropertyRepository,
  SpdxLicense,
} from '@cyclonedx/cyclonedx-library/Models';
import { JSON as CycloneDxJson } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import type { Inventory, OperatingSystem } from '../../core/package.ts';
import { readLicense } from '../licenses.ts';
import {
  componentsOf,
  type Component as Found,
  inventoryOf,
  type SbomSubject,
  subjectName,
  timestampOf,
  uuidOf,
} from './subject.ts';

const SCHEMA = 'http://cyclonedx.org/schema/bom-1.6.schema.json';

/**
 * A CycloneDX 1.6 document in JSON: the image, its operating system and every package with purl, licences and the files
 * that told of it. An inconclusive inventory is marked as an incomplete composition, with the reasons as properties.
 * The same subject gives the same bytes. Source: CycloneDX 1.6 (ECMA-424).
 */
export function renderCycloneDx(subject: SbomSubject): string {
  const inventory = inventoryOf(subject);
  const found = componentsOf(inventory);
  const bom = new Bom();
  const image = imageComponent(subject, inventory);
  bom.metadata.component = image;
  const timestamp = timestampOf(subject);
  if (timestamp !== undefined) bom.metadata.timestamp = timestamp;
  bom.metadata.tools.components.add(
    new Component(ComponentType.Application, 'drydock', { version: subject.drydock }),
  );
  const inside = [
    ...(inventory.os === null ? [] : [systemComponent(inventory.os)]),
    ...found.map(packageComponent),
  ];
  for (const component of inside) {
    bom.components.add(component);
    image.dependencies.add(component.bomRef);
  }
  return write(bom, inventory, new Map(found.map(({ purl, foundInAll }) => [purl, foundInAll])));
}

function imageComponent(subject: SbomSubject, { status, notes }: Inventory): Component {
  const digest = subject.build?.image ?? null;
  const image = new Component(ComponentType.Container, subjectName(subject), {
    bomRef: 'image',
    properties: new PropertyRepository([
      new Property('drydock:inventory:status', status),
      ...notes.map((note) => new Property('drydock:inventory:note', note)),
    ]),
  });
  if (digest !== null) {
    image.version = digest;
    image.hashes.set(HashAlgorithm['SHA-256'], digest.slice('sha256:'.length));
  }
  return image;
}

function systemComponent({ id, versionId, codename, prettyName }: OperatingSystem): Component {
  return new Component(ComponentType.OperatingSystem, id, {
    bomRef: 'operating-system',
    ...(versionId !== undefined && { version: versionId }),
    ...(prettyName !== undefined && { description: prettyName }),
    properties: new PropertyRepository(
      codename === undefined ? [] : [new Property('drydock:os:codename', codename)],
    ),
  });
}

/** What stands between group and name, in ecosystems that have groups. Go's paths are names as a whole. */
const GROUP_ENDS: Readonly<Record<string, RegExp>> = {
  npm: /^(@[^/]+)\//,
  maven: /^([^:]+):/,
  composer: /^([^/]+)\//,
};

function packageComponent(found: Found): Component {
  const [start = '', group] = GROUP_ENDS[found.type]?.exec(found.name) ?? [];
  return new Component(ComponentType.Library, found.name.slice(start.length), {
    bomRef: found.purl,
    version: found.version,
    purl: found.purl,
    ...(group !== undefined && { group }),
    licenses: new LicenseRepository(licensesOf(found.licenses ?? [])),
    properties: new PropertyRepository(
      found.source === undefined
        ? []
        : [
            new Property('drydock:source:name', found.source.name),
            new Property('drydock:source:version', found.source.version),
          ],
    ),
  });
}

/** CycloneDX takes either one expression or a list of ids and names. */
function licensesOf(declared: readonly string[]): readonly License[] {
  const acknowledgement = LicenseAcknowledgement.Declared;
  const licenses = declared.map(readLicense);
  const [only] = licenses;
  if (licenses.length === 1 && only?.kind === 'expression') {
    const expression = new LicenseExpression(only.text);
    expression.acknowledgement = acknowledgement;
    return [expression];
  }
  return licenses.map(({ kind, text }) =>
    kind === 'id' ? new SpdxLicense(text, { acknowledgement }) : new NamedLicense(text, { acknowledgement }),
  );
}

/** The library has no words for where a component was found or for what is incomplete: these are added here. */
function write(bom: Bom, { status }: Inventory, places: ReadonlyMap<string, readonly string[]>): string {
  const normalized = new CycloneDxJson.Normalize.Factory(Spec1dot6)
    .makeForBom()
    .normalize(bom, { sortLists: true });
  const document = {
    $schema: SCHEMA,
    ...normalized,
    components: (normalized.components ?? []).map((component) => {
      const found = places.get(component['bom-ref'] ?? '');
      return found === undefined
        ? component
        : { ...component, evidence: { occurrences: found.map((location) => ({ location })) } };
    }),
    ...(status === 'inconclusive' && {
      compositions: [{ aggregate: 'incomplete', assemblies: ['image'] }],
    }),
  };
  const { bomFormat, specVersion, serialNumber: _, ...rest } = document;
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(document))}`;
  return `${JSON.stringify({ bomFormat, specVersion, serialNumber, ...rest }, null, 2)}\n`;
}
