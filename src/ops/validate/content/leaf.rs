//! Values without parts: their form, escape sequences, length, and what they must be.

use super::{Level, Walk};
use crate::core::escape;
use crate::ops::validate::codes;
use crate::ops::validate::finding::{At, Problem};
use crate::ops::validate::format::Format;
use crate::ops::validate::model::{Element, TypeDef};
use crate::ops::validate::rule::Rule;

impl<'v, 'w> Walk<'v, 'w> {
    /// Checks a value that has no parts.
    pub(super) fn leaf(
        &mut self,
        element: &'v Element,
        data_type: &'v TypeDef,
        format: Format,
        value: &'w [u8],
        at: At,
        level: Level,
    ) {
        let separators = self.separators;
        let divides = |b: &u8| {
            *b == separators.subcomponent && separators.subcomponent != separators.field
                || (level == Level::Repetition && *b == separators.component)
        };
        if value.iter().any(divides) {
            // What follows the first delimiter is no part of the value.
            // Before 2.2 the type alone stood in MSH-9; many write the event with it.
            let is_event = at.line == 1 && at.field == 9 && !self.model.is_profile;
            if self.wants.separators && !is_event && self.has_content(value) {
                let problem =
                    Problem::Separator { name: &element.name, data_type: &data_type.name };
                self.report(Rule::Enc4, at, value, problem);
            }
            return;
        }
        if let Some((rule, expected)) = format.fault(value) {
            let own = (&*element.name, &*data_type.name);
            let (name, data_type) = self.whole.unwrap_or(own);
            self.report(rule, at, value, Problem::Format { name, data_type, expected });
        }
        self.whole = None;
        if self.has_escapes && self.wants.escapes {
            self.escapes(element, data_type, value, at);
        }
        if self.wants.codes && !element.bindings.is_empty() {
            codes::simple(self, element, value, at);
        }
        if self.wants.lengths {
            self.length(element, value, at);
        }
        self.fixed(element, value, at);
    }

    fn escapes(&mut self, element: &'v Element, data_type: &'v TypeDef, value: &'w [u8], at: At) {
        if let Some(range) = escape::fault(value, &self.separators) {
            let (name, data_type) = (&element.name, &data_type.name);
            let expected =
                "an escape sequence that the standard has, closed by an escape character";
            let problem = Problem::Format { name, data_type, expected };
            self.report(Rule::Enc3, at, &value[range], problem);
        }
    }

    pub(super) fn length(&mut self, element: &'v Element, value: &'w [u8], at: At) {
        let length = element.length;
        let max = length.max.or(match length.conformance {
            Some((conformance, true)) => Some(conformance),
            _ => None,
        });
        if max.is_none() && length.min.is_none() {
            return;
        }
        let found = self.characters(value);
        let min = length.min.unwrap_or(0);
        if found < min || max.is_some_and(|max| found > max) {
            let name = &element.name;
            self.report(Rule::Len1, at, value, Problem::Length { name, found, min, max });
        }
    }

    /// How many characters a value has, escape sequences counted as what they stand for.
    fn characters(&self, value: &[u8]) -> u32 {
        let text = escape::decode(value, &self.separators);
        match std::str::from_utf8(&text) {
            Ok(text) => text.chars().count() as u32,
            Err(_) => text.len() as u32,
        }
    }

    #[inline]
    pub(super) fn fixed(&mut self, element: &'v Element, value: &'w [u8], at: At) {
        if element.constant.is_none() && element.pattern.is_none() {
            return;
        }
        let text = escape::decode(value, &self.separators);
        if let Some(expected) = element.constant.as_deref()
            && text != expected.as_bytes()
        {
            let problem = Problem::Constant { name: &element.name, expected };
            self.report(Rule::Val3, at, value, problem);
        }
        if let Some(pattern) = &element.pattern
            && !pattern.is_match(&text)
        {
            let wrong = "the value has not the pattern of the profile".into();
            let problem = Problem::Plain { wrong, expected: pattern.as_str().into() };
            self.report(Rule::Val3, at, value, problem);
        }
    }
}
