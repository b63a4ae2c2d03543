import type { Inventory } from './package.ts';
import type { SourceState } from './report.ts';
import type { Vulnerability } from './vulnerability.ts';

export interface AdvisorySource {
  readonly name: string;
  /** Whether it speaks of this inventory's system at all. */
  covers(inventory: Inventory): boolean;
  /** Compares the packages with what is known. Throws `advisories-unavailable` when no data can be had. */
  match(
    inventory: Inventory,
    signal: AbortSignal,
  ): Promise<{
    readonly vulnerabilities: readonly Vulnerability[];
    readonly state: SourceState;
    readonly notes: readonly string[];
  }>;
}

/** Checks who signed a text. */
export interface SignatureVerifier {
  /**
   * Checks an OpenPGP clear-signed document against the keys that this verifier trusts. `text` is only what was
   * signed; nothing else of the document may be used. Throws `tool-missing` when it can't check at all.
   */
  verify(
    document: Uint8Array,
    signal: AbortSignal,
  ): Promise<
    | { readonly status: 'valid'; readonly text: string; readonly keys: readonly string[] }
    | { readonly status: 'invalid'; readonly why: string }
  >;
}

/** Unpacks xz, which Node can't. */
export interface XzDecoder {
  /**
   * The decoded bytes, as they come: whoever iterates bounds them; leaving early stops the decoder.
   * Throws `input-invalid` for damaged input, `tool-missing`.
   */
  decode(compressed: Uint8Array, signal: AbortSignal): AsyncIterable<Uint8Array>;
}
