import type { AuditDocument } from './document.ts';

/** The stable JSON of an audit, contract version 1. */
export function renderAuditJson(document: AuditDocument): string {
  const files = document.files.map(({ path, findings, hardening, unchecked }) => ({
    path,
    findings,
    hardening,
    unchecked,
  }));
  return `${JSON.stringify({ version: 1, drydock: document.version, files }, null, 2)}\n`;
}
