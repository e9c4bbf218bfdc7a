//! Fields in plain ASCII with no more than repetitions and components, as nearly all are: their
//! components are gone through once, by what was found of the whole message. As any other value, part
//! by part and each searched for parts of its own, they took a twelfth of all steps more.

use super::choose::choose;
use super::marks::Components;
use super::replaced::is_personal;
use super::rewrite::Rewrite;
use super::rules::parts::{Op, Role};
use super::rules::{Action, Profile, Rule};
use super::shape;
use super::split::Simple;
use super::subject::Kind;
use crate::core::check_digit::check_digit;

impl Rewrite<'_, '_> {
    /// Writes a field whose rule says that its data types are all that matters
    /// (`Brief::is_typed`).
    ///
    /// `only`: the data type that all its values are of (`Brief::only`).
    pub(super) fn simple(&mut self, rule: &Rule, only: Option<u8>, values: Simple<'_, '_>) {
        self.is_coded = false;
        self.looked_at.clear();
        self.has_sub = false;
        for (n, (raw, components)) in values.enumerate() {
            if n > 0 {
                self.out.push(self.sep.repetition);
            }
            match raw {
                b"" => {}
                b"\"\"" => self.out.extend_from_slice(raw),
                _ => {
                    let of = only.or_else(|| choose(&self.of.rules, rule, raw, &self.sep));
                    if let Some(of) = of {
                        self.value(rule, of, raw, components);
                    }
                }
            }
        }
    }

    /// As [`Rewrite::typed`].
    fn value(&mut self, rule: &Rule, of: u8, raw: &[u8], components: Components<'_, '_>) {
        let rules = &self.of.rules;
        let action = rule.action;
        let part = |n| components.clone().nth(n).unwrap_or_default();
        let mut standard = 0;
        let mut is_ssn = false;
        match rules.role(of) {
            Role::Coded => standard = shape::standard(components.clone()),
            Role::Cx => {
                let kind = part(4);
                let goes = is_personal(kind) && matches!(action, Action::Token | Action::Clean);
                if goes && rules.settings.profile == Profile::SafeHarbor {
                    return;
                }
                is_ssn = kind == b"SS";
            }
            Role::Xtn if !part(6).is_empty() => return self.typed(rule, of, action, raw),
            Role::Hd => return self.typed(rule, of, action, raw),
            Role::Address => self.is_abroad = super::is_abroad(part(5)),
            _ => {}
        }
        let ops = rules.ops.of_simple(action, of);
        let mut number = 0..0;
        for (n, component) in components.clone().enumerate() {
            if n > 0 {
                self.out.push(self.sep.component);
            }
            if component.is_empty() {
                continue;
            }
            let op = ops.get(n).copied().unwrap_or(Op::Drop);
            self.is_coded = n < 32 && standard >> n & 1 != 0;
            match op {
                Op::Check => {
                    // The scheme is next to the digit.
                    let number = self.out.get(number.clone()).unwrap_or_default();
                    let digit = check_digit(part(n + 1), number);
                    self.out.extend(digit);
                }
                _ if component == b"\"\"" => self.out.extend_from_slice(component),
                Op::Drop | Op::Extension => {}
                Op::Surrogate(kind, look) => {
                    let kind = if is_ssn && n == 0 { Kind::Ssn } else { kind };
                    let start = self.out.len();
                    self.surrogate_of(super::look(kind, component), look, component);
                    if let Kind::Id | Kind::Ssn = kind {
                        number = start..self.out.len();
                    }
                }
                op => self.leaf(rule, op, component),
            }
        }
        self.is_coded = false;
        self.is_abroad = false;
    }
}
