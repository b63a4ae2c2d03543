import { createHash } from 'node:crypto';
import { readLicense } from '../licenses.ts';
import {
  type Component,
  componentsOf,
  inventoryOf,
  type SbomSubject,
  subjectName,
  timestampOf,
  uuidOf,
} from './subject.ts';

const IMAGE_ID = 'SPDXRef-Image';
const SYSTEM_ID = 'SPDXRef-OperatingSystem';
/** SPDX demands a time; where the image has none, none is made up. */
const UNKNOWN_TIME = new Date(0);

/**
 * An SPDX 2.3 document in JSON with the same content as the CycloneDX one. The same subject gives the same bytes.
 * Source: SPDX 2.3 (ISO/IEC 5962).
 */
export function renderSpdx(subject: SbomSubject): string {
  const inventory = inventoryOf(subject);
  const components = componentsOf(inventory);
  const words = new Map<string, string>();
  const packages = [
    imagePackage(subject),
    ...(inventory.os === null
      ? []
      : [
          {
            ...bare(SYSTEM_ID, inventory.os.id, inventory.os.versionId),
            primaryPackagePurpose: 'OPERATING_SYSTEM',
          },
        ]),
    ...components.map((component) => componentPackage(component, words)),
  ];
  const content = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: subjectName(subject),
    creationInfo: {
      created: (timestampOf(subject) ?? UNKNOWN_TIME).toISOString().replace('.000Z', 'Z'),
      creators: [`Tool: drydock-${subject.drydock}`],
    },
    ...(inventory.notes.length > 0 && {
      comment: [`The inventory is ${inventory.status}.`, ...inventory.notes].join('\n'),
    }),
    packages,
    relationships: packages.map(({ SPDXID }) => ({
      spdxElementId: SPDXID === IMAGE_ID ? 'SPDXRef-DOCUMENT' : IMAGE_ID,
      relationshipType: SPDXID === IMAGE_ID ? 'DESCRIBES' : 'CONTAINS',
      relatedSpdxElement: SPDXID,
    })),
    ...(words.size > 0 && {
      hasExtractedLicensingInfos: [...words].map(([licenseId, name]) => ({
        licenseId,
        name,
        extractedText: name,
      })),
    }),
  };
  const documentNamespace = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  return `${JSON.stringify({ ...content, documentNamespace }, null, 2)}\n`;
}

function bare(SPDXID: string, name: string, version: string | undefined) {
  return {
    SPDXID,
    name,
    ...(version !== undefined && { versionInfo: version }),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    supplier: 'NOASSERTION',
  };
}

function imagePackage(subject: SbomSubject) {
  const digest = subject.build?.image ?? undefined;
  return {
    ...bare(IMAGE_ID, subjectName(subject), digest),
    primaryPackagePurpose: 'CONTAINER',
    ...(digest !== undefined && {
      checksums: [{ algorithm: 'SHA256', checksumValue: digest.slice('sha256:'.length) }],
    }),
  };
}

function componentPackage(component: Component, words: Map<string, string>) {
  const { name, version, type, purl, source, foundInAll } = component;
  const told = `found in ${foundInAll.join(', ')}`;
  return {
    ...bare(`SPDXRef-Package-${type}-${shortHash(purl)}`, name, version),
    licenseDeclared: declared(component.licenses ?? [], words),
    sourceInfo:
      source === undefined ? told : `${told}; built from the source package ${source.name} ${source.version}`,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  };
}

/** All that is declared, joined by AND, as nothing weaker is known. Words that are no SPDX licence go into `words`. */
function declared(licenses: readonly string[], words: Map<string, string>): string {
  const parts = licenses.map(readLicense).map(({ kind, text }) => {
    if (kind === 'id') return text;
    if (kind === 'expression') return licenses.length > 1 ? `(${text})` : text;
    const reference = `LicenseRef-${shortHash(text)}`;
    words.set(reference, text);
    return reference;
  });
  return parts.length === 0 ? 'NOASSERTION' : parts.join(' AND ');
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
