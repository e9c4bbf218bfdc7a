// node v2_codes.mjs V2-TABLES.json V3-CODESYSTEMS.json VALUESETS.json > v2codes.tsv: the coding systems that are complete in R4, one a
// line: its URI, for a table of HL7 v2 its number alone, then its codes, all separated by tabs. Of the systems that
// are no tables those that systems.tsv has a name for, or oids.tsv an OID. See README.md.
import { readFileSync } from 'node:fs';

const TABLE = /^http:\/\/terminology\.hl7\.org\/CodeSystem\/v2-(\d{4})$/;
const urisIn = (name) =>
  readFileSync(new URL(`../../src/ops/fhir/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.split('\t')[1]);
const named = new Set(['systems.tsv', 'oids.tsv'].flatMap(urisIn));
const lines = new Set();
for (const file of process.argv.slice(2)) {
  for (const { resource } of JSON.parse(readFileSync(file, 'utf8')).entry) {
    if (resource.resourceType !== 'CodeSystem' || resource.content !== 'complete') continue;
    const name = TABLE.exec(resource.url)?.[1] ?? (named.has(resource.url) ? resource.url : null);
    if (!name) continue;
    const codes = new Set();
    const walk = (concepts) => {
      for (const { code, concept } of concepts ?? []) {
        codes.add(code);
        walk(concept);
      }
    };
    walk(resource.concept);
    lines.add([name, ...[...codes].sort()].join('\t'));
  }
}
console.log([...lines].sort().join('\n'));
