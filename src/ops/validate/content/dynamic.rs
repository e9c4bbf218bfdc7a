//! Fields whose data type another field names: OBX-5 has that of OBX-2 (rule COC-1).

use super::Walk;
use crate::dictionary::standard;
use crate::ops::validate::finding::{At, Finding, Problem};
use crate::ops::validate::model::{Element, SegmentDef, TypeDef};
use crate::ops::validate::rule::{Rule, Severity};

impl<'v, 'w> Walk<'v, 'w> {
    /// The data type of a field, which another field may name.
    pub(super) fn resolve(
        &mut self,
        definition: &'v SegmentDef,
        element: &'v Element,
        field: &[u8],
        at: At,
    ) -> Option<&'v TypeDef> {
        let found = definition.dynamic.iter().find(|mapping| mapping.field == at.field);
        let data_type = element.data_type.and_then(|at| self.model.data_type(at));
        let Some(mapping) = found else { return data_type };
        let first = self.reference(&mapping.reference);
        let second = mapping.second.as_deref().map(|path| self.reference(path));
        if let Some(found) = mapping.find(first, second) {
            return self.model.data_type(found);
        }
        let reference = mapping.reference.split('.').next().and_then(|n| n.parse().ok());
        let at = At { field: reference.unwrap_or(at.field), ..at };
        // A table that the type is not in has nothing to add.
        let is_same = |f: &Finding<'_>| f.rule == Rule::Val1 && f.at.field == at.field;
        let of_line = self.findings.iter().rev().take_while(|f| f.at.line == at.line);
        if let Some(back) = of_line.into_iter().position(is_same) {
            self.findings.remove(self.findings.len() - 1 - back);
        }
        let (wrong, expected, usual) = if first.is_empty() {
            ("has no value, and the one whose data type it names has", "a data type", None)
        } else if !self.model.is_profile && self.is_listed_type(first) {
            return None;
        } else if standard().has_data_type(first) && !self.model.is_profile {
            let wrong = "names a data type of another version; the value is not checked";
            (wrong, "a data type of this version", Some(Severity::Warning))
        } else {
            ("names no data type that is known", "a data type", None)
        };
        let problem = Problem::Plain { wrong: wrong.into(), expected: expected.into() };
        let part = if first.is_empty() { field } else { first };
        self.report_as(Rule::Coc1, at, part, usual, problem);
        None
    }

    /// Whether table 0125 of the version has a data type of which nothing else is known.
    fn is_listed_type(&self, id: &[u8]) -> bool {
        let table = standard().table("0125");
        table.is_some_and(|table| table.code(self.model.version, id).is_some())
    }

    /// The value at `field[.component[.subcomponent]]` of the segment, undecoded; empty if none.
    fn reference(&self, path: &str) -> &'w [u8] {
        let mut numbers = path.split('.').map(|n| n.parse::<usize>().unwrap_or_default());
        let field = numbers.next().and_then(|n| self.segment.field(n));
        let mut value = field.and_then(|f| f.repetition(1)).map_or(&b""[..], |r| r.raw());
        for (n, by) in numbers.zip([self.separators.component, self.separators.subcomponent]) {
            value = value.split(|&b| b == by).nth(n.wrapping_sub(1)).unwrap_or_default();
        }
        value
    }
}
