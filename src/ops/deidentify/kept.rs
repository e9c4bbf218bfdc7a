//! Values that stay, unless something stands in them that identifies.

use super::dates;
use super::rewrite::Rewrite;
use super::rules::parts::Look;
use super::rules::{Action, Category, Rule};
use super::seen::Seen;
use super::shape::{self, is_code};
use super::subject::Kind;
use super::text::is_frequent_name;
use crate::core::message::first;
use memchr::memchr2;

impl Rewrite<'_, '_> {
    /// A value that stays, unless something stands in it that identifies.
    pub(super) fn kept(&mut self, rule: &Rule, raw: &[u8]) {
        self.kept_but(rule, raw, counts_in(rule));
    }

    fn kept_but(&mut self, rule: &Rule, raw: &[u8], counts: fn(Kind) -> bool) {
        if self.holds_known(raw, counts) {
            self.found(rule, raw, counts);
        } else {
            self.out.extend_from_slice(raw);
        }
    }

    /// A value in which something stands that identifies.
    #[cold]
    fn found(&mut self, rule: &Rule, raw: &[u8], counts: fn(Kind) -> bool) {
        self.varies = true;
        let end = memchr2(self.sep.component, self.sep.subcomponent, raw).unwrap_or(raw.len());
        let (amount, unit) = raw.split_at(end);
        let is_measured = is_of_amounts(rule)
            && shape::is_amount(amount)
            && self.identity.digits_of_whole(amount) > 0;
        let has_unit = unit.len() > 1;
        if is_measured && has_unit && !self.identity.stands_in_of(&self.scope.text(unit), counts) {
            return self.out.extend_from_slice(raw);
        }
        self.tally.residual(rule.number);
        if !is_measured {
            self.text(raw);
        }
        // Another number would be as plausible, and nobody would see that it is none.
    }

    /// Whether something stands in a value that was noted, of the kinds that tell of a person there.
    fn holds_known(&mut self, raw: &[u8], counts: fn(Kind) -> bool) -> bool {
        if raw.len() < 3 || (self.is_usual && shape::tells_nothing(raw)) {
            return false;
        }
        self.looks_at(raw);
        // The names of authorities, wards and codes come again and again. Measured: to look into each
        // took 2 % more steps.
        let is_known = self.is_usual && self.seen.find(Seen::KEPT, raw, self.identity).is_some();
        if is_known {
            return false;
        }
        let holds = self.identity.stands_in_of(&self.scope.text(raw), counts);
        if self.is_usual && !holds {
            self.seen.learn_kept(raw, self.identity);
        }
        holds
    }

    /// The name of who assigns a number. That a provider's organisation is named so, too, tells
    /// nothing of a person.
    pub(super) fn authority(&mut self, rule: &Rule, raw: &[u8]) {
        self.kept_but(rule, raw, |kind| kind != Kind::Organisation);
    }

    /// A field that the profile, or the rules of a site, keep.
    pub(super) fn keep(&mut self, rule: &Rule, raw: &[u8]) {
        if rule.is_kept_by_site {
            self.out.extend_from_slice(raw);
        } else if rule.is_unknown() || self.is_harmless(rule, raw) {
            self.kept(rule, raw);
        } else {
            self.plain(rule, raw);
        }
    }

    /// A value that stays, or a part of one, if it is what it should be; else it is a text.
    pub(super) fn kept_value(&mut self, rule: &Rule, raw: &[u8]) {
        if rule.is_unknown() || rule.is_kept_by_site || self.is_harmless(rule, raw) {
            return self.kept(rule, raw);
        }
        if self.has_sub && first(raw, self.sep.subcomponent).is_some() {
            let is_coded = self.is_coded;
            return self.each(raw, self.sep.subcomponent, |to, _, value| {
                to.is_coded = is_coded;
                if value.is_empty() || to.is_harmless(rule, value) {
                    to.kept(rule, value);
                } else {
                    to.checked(rule, value);
                }
            });
        }
        self.checked(rule, raw);
    }

    /// Whether a value that is kept need not be looked at closer.
    fn is_harmless(&self, rule: &Rule, raw: &[u8]) -> bool {
        match rule.category {
            // What is produced, and when, tells nothing of a person.
            Category::Date => raw.split(|b| b"^&~".contains(b)).all(dates::is_date),
            // Nor does where an insurer is, or how it is called; who pays for themselves may be called
            // by their number.
            Category::Payer => !shape::has_ssn(raw),
            // Who asked for providers to stay wants their names, whatever they are.
            Category::Provider if rule.action == Action::Keep => !shape::has_ssn(raw),
            // Organisations and codes are words.
            Category::Party | Category::Coded => shape::is_harmless(raw, true),
            _ => shape::is_harmless(raw, false),
        }
    }

    /// A code of the form of one.
    pub(super) fn code(&mut self, rule: &Rule, raw: &[u8]) {
        if !self.is_coded && raw.len() > 3 && is_frequent_name(raw) {
            // No code is so called. Under Safe Harbor it goes.
            self.varies = true;
            self.tally.residual(rule.number);
            if self.days.is_some() {
                self.surrogate(Kind::Family, Look::Own, raw);
            }
            return;
        }
        if self.is_coded || !shape::may_identify(raw) || shape::is_authority(raw) {
            self.kept(rule, raw);
        } else if is_only(rule, &["ID", "SI"]) && shape::digits(raw) >= shape::LONG {
            // No table has it: a number of somebody that stands in another field than it should.
            self.varies = true;
            self.tally.residual(rule.number);
        } else {
            self.checked(rule, raw);
        }
    }

    /// Writes a value by `write`; if something was found in it and it `may_go`, nothing.
    pub(super) fn found_goes(
        &mut self,
        rule: &Rule,
        raw: &[u8],
        may_go: bool,
        write: fn(&mut Self, &[u8]),
    ) {
        let start = self.out.len();
        write(self, raw);
        // A text that is dropped was not searched for somebody.
        if may_go && !matches!(self.out.get(start..), Some(b"") | None) && self.out[start..] != *raw
        {
            self.tally.residual(rule.number);
            self.out.truncate(start);
        }
    }

    /// A value in which something may stand that identifies by its form. Where nothing is replaced,
    /// it goes whole.
    pub(super) fn checked(&mut self, rule: &Rule, raw: &[u8]) {
        if self.holds_known(raw, counts_in(rule)) {
            return self.kept(rule, raw);
        }
        // The parties of a message are no persons.
        let is_coded = self.is_coded;
        self.is_coded |= rule.category == Category::Party;
        let start = self.out.len();
        self.text(raw);
        self.is_coded = is_coded;
        if self.days.is_none() && is_code(raw) && self.out.get(start..) != Some(raw) {
            self.out.truncate(start);
        }
    }
}

/// Whether amounts stand in a field, and nothing else in any version.
fn is_of_amounts(rule: &Rule) -> bool {
    is_only(rule, &["NM", "SI", "CQ", "CP", "MO"])
}

/// Whether nothing but these data types stands in a field, in any version.
pub(super) fn is_only(rule: &Rule, types: &[&str]) -> bool {
    !rule.names.is_empty() && rule.names.split('/').all(|of| types.contains(&of))
}

/// Which kinds tell of a person where they stand in a field that is kept.
fn counts_in(rule: &Rule) -> fn(Kind) -> bool {
    match rule.category {
        Category::Party => |kind| kind != Kind::Organisation,
        // Whom a provider who stays shares a name with tells nothing of either.
        Category::Provider if rule.action == Action::Keep => {
            |kind| !matches!(kind, Kind::Family | Kind::Given)
        }
        Category::Payer => |kind| !matches!(kind, Kind::Organisation | Kind::Place | Kind::Zip),
        _ => |_| true,
    }
}
