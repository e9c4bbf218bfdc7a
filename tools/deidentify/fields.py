#!/usr/bin/env python3
"""Writes src/ops/deidentify/rules/fields.tsv from an inventory of fields (see README.md).
usage: fields.py INVENTORY.csv > fields.tsv"""
import csv, sys

ACTION = {'K': 'keep', 'X': 'remove', 'T': 'token', 'Y': 'year', 'G': 'zip3', 'C': 'clean', 'X|C': 'clean',
          'H': 'surrogate', 'N': 'name', 'S': 'shift', 'F': 'fake', 'by OBX-2': 'clean'}
# What a value without components is, by category of the inventory.
KIND = {'patient_id': 'id', 'account_id': 'id', 'member_id': 'id', 'group_id': 'id', 'order_id': 'id',
        'message_id': 'id', 'device': 'id', 'license': 'id', 'org_id': 'id', 'user_defined': 'note',
        'credential': 'id', 'provider': 'id', 'location': 'id', 'ssn': 'ssn', 'name': 'family', 'employer': 'organisation',
        'org': 'organisation', 'payer': 'organisation', 'address': 'street', 'geo': 'place', 'telecom': 'phone',
        'provider_contact': 'phone', 'date': 'date', 'death_date': 'date', 'date_nonpatient': 'date',
        'birth_date': 'birth', 'coded': 'code', 'none': 'code', 'quasi': 'code', 'money': 'code',
        'free_text': 'text', 'text_nonpatient': 'text', 'st_unknown': 'text', 'query': 'text', 'varies': 'text', 'binary': 'id'}
# Types that hold no more than one value.
SIMPLE = {'ST', 'ID', 'IS', 'SI', 'NM', 'TX', 'FT', 'DT', 'TM', 'TS', 'DTM', 'CM', 'varies', 'TN'}
# Composite types with dates or persons in them that the inventory leaves alone as a whole.
PARTLY = {'FC', 'CM_FINANCE', 'PIP', 'CM_PIP', 'PLN', 'CM_PLN', 'PI', 'CM_PI', 'SPD', 'CM_SPD', 'PRL', 'CM_PRL',
          'CM_PARENT_RESULT', 'ICD', 'PCF', 'CM_PCF', 'DTN', 'CM_DTN', 'ELD', 'CM_ELD', 'PTA', 'CM_PTA', 'DIN', 'CM_DIN'}
DATES = {('PRD', '8'), ('PRD', '9'), ('NDS', '2'), ('EQP', '3'), ('EQP', '4'), ('ECR', '2'), ('CNS', '3'), ('CNS', '4')}
def mend(row):
    c = row['category']
    # Needed to tell what belongs together within a run; the key of the run is never stored.
    if c in ('patient_id', 'account_id'): row['safe_harbor'] = 'T'
    # A code of a place says as much as its name.
    if c == 'geo' and row['pseudonymise'] == 'G': row['pseudonymise'] = 'X'
    # Test data keep no more than pseudonymised data do.
    if row['test_data'] == 'K' and row['pseudonymise'] != 'K':
        row['test_data'] = 'F' if row['pseudonymise'] in 'HNT' else row['pseudonymise']
    # Not the individual's names: those of an organisation.
    if (row['segment'], row['field']) == ('PYE', '4'): row['category'] = 'org'
    # When somebody was referred, or a device told something: no dates of a product or a career.
    if (row['segment'], row['field']) in DATES:
        row.update(category='date', subject='individual', safe_harbor='Y', pseudonymise='S', test_data='S')
    # An echo of what was sent.
    if (row['segment'], row['field']) == ('ERR', '6'): row['category'] = 'free_text'
    return row

out = csv.writer(sys.stdout, delimiter='\t', lineterminator='\n')
out.writerow(['#segment', 'field', 'types', 'category', 'subject', 'kind', 'safe-harbor', 'pseudonymise', 'test-data'])
for row in csv.DictReader(open(sys.argv[1])):
    if row['field'] == '0': continue
    row = mend(row)
    types = row['datatypes'].split('/')
    seg, n, cat = row['segment'], int(row['field']), row['category']
    kind = KIND[cat]
    if set(types) & {'ID', 'IS', 'NM', 'SI', 'CE', 'CWE', 'CNE', 'CQ'} and kind == 'text' and not set(types) & {'ST', 'TX', 'FT'}: kind = 'code'
    if cat in ('coded', 'quasi') and set(types) <= {'ST', 'TX', 'FT'}: kind = 'text'
    if 'TM' in types and kind == 'date': kind = 'time'
    if (seg, n) == ('TXA', 16): kind = 'id'
    if (seg, n) == ('OBX', 5): types = ['OBX-2']
    if (seg, n) in (('QPD', 3), ('RDT', 1)): types = ['QIP']
    acts = [ACTION[row[p]] for p in ('safe_harbor', 'pseudonymise', 'test_data')]
    if cat == 'none' and set(types) & PARTLY: acts = ['clean'] * 3
    # Nothing tells what a query's text is of: it may be a name that stands nowhere else.
    if cat == 'query' and set(types) <= {'ST', 'TX', 'FT'}: acts = ['remove'] * 3
    # A code that has the form of one stays; anything else that stands in its place is cleaned.
    if cat == 'none' and seg != 'MSH' and set(types) <= {'ID', 'IS', 'SI', 'NM'}: acts = ['clean'] * 3
    if cat == 'quasi' and row['pseudonymise'] == 'K' and kind == 'code':
        acts = ['remove' if row['safe_harbor'] == 'X' else 'clean', 'clean', 'clean']
    if types == ['OBX-2']: acts = ['clean'] * 3
    if types in (['QIP'], ['QSC']): acts = ['remove', 'clean', 'clean']
    if seg == 'RDT': acts = ['remove'] * 3
    if seg == 'MSH' and n in (1, 2): continue
    out.writerow([seg, n, '/'.join(types), cat, row['subject'], kind] + acts)
