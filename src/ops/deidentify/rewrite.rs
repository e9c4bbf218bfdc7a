//! Each field as its rule says.

use super::choose::choose;
use super::rules::parts::{Look, Op, Part, op};
use super::rules::{Action, Profile, Rule, Special};
use super::shape::{self, is_code, is_number, is_table, is_time};
use super::subject::Kind;
use super::surrogate::{Memo, lay_out};
use super::text::{Context, Identity};
use super::zip3::zip3;
use super::{Deidentifier, Tally, dates, observation, query};
use crate::core::check_digit::check_digit;
use crate::core::message::{first, pieces};
use crate::core::{Scope, Segment, Separators, escape};

/// Kinds of numbers in CX.5 (table 0203) that are a person's own wherever they are: a number of
/// the state, of an insurer, of a licence.
const PERSONAL: [&[u8]; 20] = [
    b"SS", b"DL", b"PPN", b"HC", b"JHN", b"MA", b"MB", b"MC", b"MCR", b"MCD", b"MI", b"NI", b"NH",
    b"TAX", b"CZ", b"BC", b"SN", b"WC", b"WCN", b"RRI",
];

/// Writes a message.
pub(super) struct Rewrite<'r, 'c, 'm> {
    pub(super) of: &'r Deidentifier,
    pub(super) scope: &'c Scope<'c, 'm>,
    pub(super) sep: Separators,
    pub(super) identity: &'c Identity,
    /// By how many days dates are moved here; without, only years stay.
    pub(super) days: Option<i32>,
    /// Whether nothing may tell of an age over 89.
    pub(super) caps_age: bool,
    /// The address that is being written is of another country.
    pub(super) is_abroad: bool,
    /// Which components of the value that is being written stand with a code of a system that
    /// others know, as bits.
    pub(super) standard: u32,
    /// Whether the one that is being written does.
    pub(super) is_coded: bool,
    /// The day of the message, for ages.
    pub(super) today: Option<[u8; 8]>,
    pub(super) memo: &'c mut Memo,
    pub(super) tally: &'c mut Tally,
    pub(super) out: &'c mut Vec<u8>,
    pub(super) scratch: &'c mut Vec<u8>,
}

impl<'r> Rewrite<'r, '_, '_> {
    /// Writes a segment whose rules are known.
    pub(super) fn segment(&mut self, segment: Segment<'_>, of: &'r super::rules::SegmentRules) {
        let raw = segment.raw();
        let Some((id, rest)) = raw.split_at_checked(3) else { return };
        self.out.extend_from_slice(id);
        let Some(fields) = rest.get(1..) else { return };
        let mut skipped = 0;
        let mut fields = pieces(fields, self.sep.field);
        if super::counts_as_header(of.id) {
            // The field separator is field 1; field 2 has the other delimiters, or something else
            // in a line that is no header.
            let delimiters = &self.sep.written(self.scope.message.bytes())[1..];
            self.out.push(self.sep.field);
            self.out.extend(fields.next().filter(|field| *field == delimiters).unwrap_or_default());
            skipped = 2;
        }
        let unknown = Rule::unknown(0, of.beyond);
        for (n, raw) in fields.enumerate() {
            self.is_coded = false;
            self.out.push(self.sep.field);
            if raw.is_empty() {
                continue;
            }
            match of.fields.get(skipped + n) {
                Some(rule) => {
                    self.tally.field(rule.number);
                    self.field(rule, segment, raw);
                }
                None => {
                    self.tally.unknown_fields += 1;
                    self.field(&unknown, segment, raw);
                }
            }
        }
    }

    /// Writes a segment that no rule knows.
    pub(super) fn unknown(&mut self, raw: &[u8], action: Action) {
        let end = first(raw, self.sep.field).unwrap_or(raw.len());
        let (id, rest) = raw.split_at(end);
        self.out.extend_from_slice(id);
        let Some(fields) = rest.get(1..) else { return };
        let rule = Rule::unknown(0, action);
        for raw in pieces(fields, self.sep.field) {
            self.out.push(self.sep.field);
            if !raw.is_empty() {
                self.tally.unknown_fields += 1;
                if action != Action::Remove {
                    self.plain(&rule, raw);
                }
            }
        }
    }

    fn field(&mut self, rule: &Rule, segment: Segment<'_>, raw: &[u8]) {
        match rule.action {
            _ if raw == b"\"\"" => self.out.extend_from_slice(raw),
            Action::Keep if rule.components.is_empty() => self.keep(rule, raw),
            Action::Remove if rule.components.is_empty() => {}
            Action::Constant(n) if rule.components.is_empty() => self.constant(n),
            _ => match rule.special {
                Special::Observation => observation::write(self, rule, segment, raw),
                Special::Parameter | Special::Criterion => self.parameters(rule, raw),
                Special::None => self.plain(rule, raw),
            },
        }
    }

    fn plain(&mut self, rule: &Rule, raw: &[u8]) {
        if rule.free && rule.components.is_empty() {
            match rule.action {
                Action::Keep if rule.is_unknown() => self.kept(rule, raw),
                Action::Keep => self.kept_value(rule, raw),
                Action::Remove => {}
                Action::Constant(n) => self.constant(n),
                _ => self.free(raw),
            }
            return;
        }
        for (n, repetition) in pieces(raw, self.sep.repetition).enumerate() {
            if n > 0 {
                self.out.push(self.sep.repetition);
            }
            match repetition {
                b"" => {}
                b"\"\"" => self.out.extend_from_slice(repetition),
                _ => self.repetition(rule, repetition),
            }
        }
    }

    fn repetition(&mut self, rule: &Rule, raw: &[u8]) {
        // What a query asks for may be a name that stands nowhere else.
        if rule.category == "query" && !pieces(raw, self.sep.component).all(is_table) {
            return;
        }
        let Some(of) = choose(&self.of.rules, rule, raw, &self.sep) else {
            // A text beside a code that should stand alone.
            let ops = [rule.op, Op::Text, Op::Text, Op::Text, Op::Text, Op::Text];
            // Or the precision of a date (TS.2).
            let precise = [rule.op, Op::Table];
            let ops = match rule.op {
                Op::Code if self.days.is_some() => &ops[..],
                Op::Shift | Op::Year => &precise[..],
                _ => &ops[..1],
            };
            self.components(rule, ops, rule.action, raw);
            return;
        };
        // A text in place of a code.
        if rule.category == "free_text"
            && raw.contains(&b' ')
            && first(raw, self.sep.component).is_none()
            && rule.components.is_empty()
        {
            self.free(raw);
            return;
        }
        self.typed(rule, of, rule.action, raw);
    }

    /// A value of a data type with components.
    pub(super) fn typed(&mut self, rule: &Rule, of: u8, action: Action, raw: &[u8]) {
        let rules = &self.of.rules;
        let ops = rules.ops.of(action, of);
        match rules.type_id(of) {
            "CE" | "CWE" | "CNE" | "CF" => {
                self.standard = shape::standard(raw, self.sep.component, self.senders());
                self.components(rule, ops, action, raw);
                self.standard = 0;
                self.is_coded = false;
            }
            "CX" if action != Action::Keep => self.identifier(rule, ops, action, raw),
            "XTN" if action != Action::Keep => self.telephone(rule, ops, action, raw),
            "XAD" | "AD" => {
                let country = pieces(raw, self.sep.component).nth(5).unwrap_or_default();
                self.is_abroad = !matches!(country, b"" | b"\"\"" | b"US" | b"USA" | b"840");
                self.components(rule, ops, action, raw);
                self.is_abroad = false;
            }
            _ => self.components(rule, ops, action, raw),
        }
    }

    /// Each component by its part; what is beyond is removed.
    fn components(&mut self, rule: &Rule, ops: &[Op], action: Action, raw: &[u8]) {
        let mut number = 0..0;
        for (n, component) in pieces(raw, self.sep.component).enumerate() {
            if n > 0 {
                self.out.push(self.sep.component);
            }
            let beyond = if action == Action::Keep { Op::Keep } else { Op::Drop };
            let op = ops.get(n).copied().unwrap_or(beyond);
            let start = self.out.len();
            self.is_coded = n < 32 && self.standard >> n & 1 != 0;
            match op {
                Op::Check => {
                    // The scheme is next to the digit.
                    let scheme = pieces(raw, self.sep.component).nth(n + 1).unwrap_or_default();
                    let number = self.out.get(number.clone()).unwrap_or_default();
                    if let (false, Some(digit)) =
                        (component.is_empty(), check_digit(scheme, number))
                    {
                        self.out.push(digit);
                    }
                }
                _ => self.component(rule, n, op, action, component),
            }
            if let Op::Surrogate(Kind::Id | Kind::Ssn, _) = op {
                number = start..self.out.len();
            }
        }
    }

    fn component(&mut self, rule: &Rule, n: usize, op: Op, action: Action, raw: &[u8]) {
        if raw.is_empty() || raw == b"\"\"" {
            self.out.extend_from_slice(raw);
            return;
        }
        if let Some(own) = rule.of_component(n + 1) {
            return self.own_component(rule, n, own, raw);
        }
        match op {
            Op::Nested(of) => {
                let rules = &self.of.rules;
                let ops = rules.ops.of(action, of);
                let is_coded = matches!(rules.type_id(of), "CE" | "CWE" | "CNE" | "CF");
                let standard = if is_coded {
                    shape::standard(raw, self.sep.subcomponent, self.senders())
                } else {
                    0
                };
                for (n, value) in pieces(raw, self.sep.subcomponent).enumerate() {
                    if n > 0 {
                        self.out.push(self.sep.subcomponent);
                    }
                    let op = ops.get(n).copied().unwrap_or(Op::Drop);
                    self.is_coded = n < 32 && standard >> n & 1 != 0;
                    self.leaf(rule, op, value);
                }
                self.is_coded = false;
            }
            op => self.leaf(rule, op, raw),
        }
    }

    /// A component for which the rules of a site have an action of its own.
    #[cold]
    fn own_component(&mut self, rule: &Rule, n: usize, action: Action, raw: &[u8]) {
        match action {
            Action::Constant(n) => self.constant(n),
            Action::Keep if rule.is_unknown() || rule.special != Special::None => {
                self.kept(rule, raw);
            }
            Action::Keep => self.out.extend_from_slice(raw),
            Action::Remove => {}
            action => {
                let part = rule.types.last().and_then(|&of| self.of.rules.parts(of).get(n));
                let part = match part {
                    Some(&part) => part,
                    None if n == 0 => rule.part,
                    None => Part::Free,
                };
                let part = match (part, action) {
                    (Part::Is(_) | Part::Nested(_), _) => part,
                    (_, Action::Token | Action::Surrogate | Action::Fake) => Part::Is(Kind::Id),
                    (_, Action::Name) => Part::Is(Kind::Family),
                    (_, Action::Shift | Action::Year) => Part::Date,
                    (_, Action::Zip3) => Part::Zip,
                    _ => part,
                };
                let op = op(part, action, &self.of.rules.settings);
                let bare = Rule { components: Vec::new(), ..rule.clone() };
                self.component(&bare, n, op, action, raw);
            }
        }
    }

    /// A value without parts of its own; if it has some nevertheless, what identifies is in the
    /// first and the others are removed.
    pub(super) fn leaf(&mut self, rule: &Rule, op: Op, raw: &[u8]) {
        if raw.is_empty() || raw == b"\"\"" {
            self.out.extend_from_slice(raw);
            return;
        }
        match op {
            Op::Keep => self.kept_value(rule, raw),
            Op::Drop | Op::Extension => {}
            Op::Code if is_code(raw) => self.code(rule, raw),
            Op::Table if is_table(raw) => self.kept(rule, raw),
            Op::State if shape::is_state(raw) => self.kept(rule, raw),
            Op::Letters if shape::is_letters(raw) => self.kept(rule, raw),
            Op::Authority if shape::is_authority(raw) => self.kept(rule, raw),
            Op::Title if shape::is_title(raw) => self.kept(rule, raw),
            Op::Document if shape::is_document(raw) => self.kept(rule, raw),
            Op::Number if is_number(raw) => self.out.extend_from_slice(raw),
            Op::Time if is_time(raw) => self.out.extend_from_slice(raw),
            // The name of a hospital, mostly.
            Op::Authority if self.days.is_some() => self.text(raw),
            Op::State | Op::Letters | Op::Authority | Op::Title | Op::Document => {}
            Op::Code | Op::Table | Op::Number | Op::Time => {
                // A text where a code should be.
                self.is_coded = false;
                self.text(raw);
            }
            Op::Text => self.text(raw),
            Op::Free => self.free(raw),
            Op::Note(_) if raw.contains(&b' ') => self.free(raw),
            Op::Note(look) => self.surrogate(Kind::Id, look, raw),
            Op::Shift => self.date(raw, false),
            Op::Year => self.date(raw, true),
            Op::Zip3 => {
                let code = zip3(self.head(raw), self.of.rules.settings.zip3);
                self.out.extend(code.filter(|_| !self.is_abroad).into_iter().flatten());
            }
            Op::Surrogate(kind, look) => self.surrogate(super::look(kind, raw), look, raw),
            Op::Own(look) => self.surrogate(super::own_kind(rule), look, raw),
            // It belongs to a number that is gone.
            Op::Check => {}
            Op::Area(look) | Op::Local(look) => self.surrogate(Kind::Phone, look, raw),
            Op::Nested(of) => {
                let op = self.of.rules.ops.of(rule.action, of).first().copied();
                match op {
                    Some(Op::Nested(_)) | None => {}
                    Some(op) => self.leaf(rule, op, raw),
                }
            }
        }
    }

    fn head<'v>(&self, raw: &'v [u8]) -> &'v [u8] {
        let end = if self.sep.subcomponent == self.sep.field {
            None
        } else {
            first(raw, self.sep.subcomponent)
        };
        &raw[..end.unwrap_or(raw.len())]
    }

    /// A value that stays, unless something stands in it that identifies.
    pub(super) fn kept(&mut self, rule: &Rule, raw: &[u8]) {
        if raw.len() >= 3 && self.identity.stands_in(&self.scope.text(raw)) {
            self.tally.residual(rule.number);
            self.text(raw);
        } else {
            self.out.extend_from_slice(raw);
        }
    }

    /// A field that the profile, or the rules of a site, keep.
    fn keep(&mut self, rule: &Rule, raw: &[u8]) {
        if rule.is_kept_by_site {
            self.out.extend_from_slice(raw);
        } else if rule.is_unknown() || self.is_harmless(rule, raw) {
            self.kept(rule, raw);
        } else {
            self.plain(rule, raw);
        }
    }

    /// A value that stays, or a part of one, if it is what it should be; else it is a text.
    fn kept_value(&mut self, rule: &Rule, raw: &[u8]) {
        if rule.is_unknown() || rule.is_kept_by_site || self.is_harmless(rule, raw) {
            return self.kept(rule, raw);
        }
        if first(raw, self.sep.subcomponent).is_some() {
            let is_coded = self.is_coded;
            for (n, value) in pieces(raw, self.sep.subcomponent).enumerate() {
                if n > 0 {
                    self.out.push(self.sep.subcomponent);
                }
                self.is_coded = is_coded;
                if value.is_empty() || self.is_harmless(rule, value) {
                    self.kept(rule, value);
                } else {
                    self.checked(rule, value);
                }
            }
            return;
        }
        self.checked(rule, raw);
    }

    /// Whether a value that is kept need not be looked at closer.
    fn is_harmless(&self, rule: &Rule, raw: &[u8]) -> bool {
        match rule.category {
            // What is produced, and when, tells nothing of a person.
            "date" | "date_nonpatient" => {
                raw.iter().all(|b| b.is_ascii_digit() || b"+-.:T ^&~".contains(b))
            }
            // Organisations and codes are words.
            "org" | "payer" | "coded" => shape::is_harmless(raw, true),
            _ => shape::is_harmless(raw, false),
        }
    }

    /// A code of the form of one.
    fn code(&mut self, rule: &Rule, raw: &[u8]) {
        if self.is_coded || !shape::may_identify(raw) || shape::is_authority(raw) {
            self.kept(rule, raw);
        } else {
            self.checked(rule, raw);
        }
    }

    /// A value in which something may stand that identifies by its form. Where nothing is replaced,
    /// it goes whole.
    pub(super) fn checked(&mut self, rule: &Rule, raw: &[u8]) {
        if raw.len() >= 3 && self.identity.stands_in(&self.scope.text(raw)) {
            return self.kept(rule, raw);
        }
        // The parties of a message are no persons.
        let is_coded = self.is_coded;
        self.is_coded |= matches!(rule.category, "org" | "payer");
        let start = self.out.len();
        self.text(raw);
        self.is_coded = is_coded;
        if self.days.is_none() && is_code(raw) && self.out.get(start..) != Some(raw) {
            self.out.truncate(start);
        }
    }

    /// The names of who sent the message, as systems of codes can be named.
    fn senders(&self) -> [&[u8]; 2] {
        let header = self.scope.message.header();
        let of = |n| header.field(n).map_or(&b""[..], |field| field.raw());
        shape::senders([of(3), of(4)], &self.sep)
    }

    fn context(&self) -> Context<'_, '_> {
        Context {
            scope: self.scope,
            identity: self.identity,
            surrogates: match self.of.rules.settings.profile {
                Profile::SafeHarbor => None,
                _ => Some(&self.of.own),
            },
            days: self.days,
        }
    }

    /// A short text beside a code.
    pub(super) fn text(&mut self, raw: &[u8]) {
        let is_coded = self.is_coded;
        let without = if is_coded { None } else { observation::without_documents(raw) };
        if without.is_some() {
            self.tally.emptied_documents += 1;
        }
        let raw = without.as_deref().unwrap_or(raw);
        let mut out = std::mem::take(self.out);
        let mut found = std::mem::take(&mut self.tally.found);
        self.of.cleaner.coded_text(raw, self.context(), is_coded, &mut found, &mut out);
        self.tally.found = found;
        *self.out = out;
    }

    /// Free text.
    pub(super) fn free(&mut self, raw: &[u8]) {
        let without = observation::without_documents(raw);
        if without.is_some() {
            self.tally.emptied_documents += 1;
        }
        let raw = without.as_deref().unwrap_or(raw);
        let mut out = std::mem::take(self.out);
        let mut found = std::mem::take(&mut self.tally.found);
        self.of.cleaner.free_text(raw, self.context(), &mut found, &mut out);
        self.tally.found = found;
        *self.out = out;
    }

    pub(super) fn date(&mut self, raw: &[u8], year: bool) {
        let value = self.head(raw);
        if self.caps_age && self.is_too_old(value) {
            return;
        }
        let outcome = match self.days.filter(|_| !year) {
            Some(days) => dates::shift(value, days, self.out),
            None => dates::year(value, self.out),
        };
        if outcome == dates::Outcome::Emptied {
            self.tally.emptied_dates += 1;
        }
    }

    /// Whether a date tells of an age over 89. So does any that lies so far back, not only that of
    /// birth. Without a day of the message all do.
    fn is_too_old(&self, date: &[u8]) -> bool {
        let year = |date: &[u8]| {
            let digits = date.first_chunk::<4>().filter(|year| year.iter().all(u8::is_ascii_digit));
            digits.map(|year| year.iter().fold(0, |n, b| n * 10 + i32::from(b - b'0')))
        };
        let Some(today) = self.today else { return true };
        match (year(date), year(&today)) {
            // Nearly all dates are so young that no more needs to be read.
            (Some(then), Some(now)) if now - then < 89 => false,
            _ if is_time(date) && date.len() < 8 && date.len() != 4 && date.len() != 6 => false,
            _ => dates::is_over_89(date, &today),
        }
    }

    pub(super) fn surrogate(&mut self, kind: Kind, look: Look, raw: &[u8]) {
        let head = self.head(raw);
        let text = self.scope.text(head);
        self.surrogate_of(kind, look, &text);
    }

    fn surrogate_of(&mut self, kind: Kind, look: Look, text: &[u8]) {
        if text.trim_ascii().is_empty() {
            return;
        }
        self.scratch.clear();
        if look == Look::Own {
            self.scratch.extend_from_slice(self.memo.get(&self.of.own, kind, text));
        } else {
            self.of.looking(look).write(kind, text, self.scratch);
        }
        self.escaped();
    }

    /// Appends the scratch bytes, which are text.
    fn escaped(&mut self) {
        if escape::encode_into(self.scratch, &self.sep, self.out).is_err() {
            // Without an escape character, what would be a delimiter is left out.
            let sep = self.sep;
            let delimits = |b: &u8| {
                [sep.field, sep.component, sep.repetition, sep.subcomponent, b'\r', b'\n']
                    .contains(b)
            };
            self.out.extend(self.scratch.iter().filter(|b| !delimits(b)));
        }
    }

    pub(super) fn constant(&mut self, n: u16) {
        self.scratch.clear();
        self.scratch.extend_from_slice(self.of.rules.constant_text(n).as_bytes());
        self.escaped();
    }

    /// CX: what a number is stands in its fifth component.
    fn identifier(&mut self, rule: &Rule, ops: &[Op], action: Action, raw: &[u8]) {
        let kind = pieces(raw, self.sep.component).nth(4).unwrap_or_default();
        let settings = &self.of.rules.settings;
        let personal = PERSONAL.contains(&kind) || (kind.len() > 2 && kind.starts_with(b"NN"));
        if personal
            && settings.profile == Profile::SafeHarbor
            && matches!(action, Action::Token | Action::Clean)
        {
            return;
        }
        if kind == b"SS" {
            let mut own = ops.to_vec();
            if let Some(Op::Surrogate(of, _)) = own.first_mut() {
                *of = Kind::Ssn;
            }
            return self.components(rule, &own, action, raw);
        }
        self.components(rule, ops, action, raw);
    }

    /// XTN: a number in parts is one number, and the same as where it stands in one piece.
    fn telephone(&mut self, rule: &Rule, ops: &[Op], action: Action, raw: &[u8]) {
        let part = |n| pieces(raw, self.sep.component).nth(n).unwrap_or_default();
        let (area, local) = (part(5), part(6));
        let has_own = rule.of_component(6).or(rule.of_component(7)).is_some();
        let digits = match ops.get(5) {
            Some(&Op::Area(look)) if !area.is_empty() && !local.is_empty() && !has_own => {
                let whole = [area, local].concat();
                self.of.looking(look).phone_digits(&self.scope.text(&whole))
            }
            _ => None,
        };
        let Some(digits) = digits else { return self.components(rule, ops, action, raw) };
        let cut = area.iter().filter(|b| b.is_ascii_digit()).count().min(digits.len());
        let (of_area, of_local) = digits.split_at(cut);
        for (n, component) in pieces(raw, self.sep.component).enumerate() {
            if n > 0 {
                self.out.push(self.sep.component);
            }
            if let 5 | 6 = n {
                self.scratch.clear();
                lay_out(component, if n == 5 { of_area } else { of_local }, self.scratch);
                self.escaped();
            } else {
                let op = ops.get(n).copied().unwrap_or(Op::Drop);
                self.component(rule, n, op, action, component);
            }
        }
    }

    /// What a query asks for, by the rule of the field that it names.
    fn parameters(&mut self, rule: &Rule, raw: &[u8]) {
        let rules = &self.of.rules;
        let place = query::place(rule.special);
        for (n, repetition) in pieces(raw, self.sep.repetition).enumerate() {
            if n > 0 {
                self.out.push(self.sep.repetition);
            }
            let mut found = None;
            for (n, component) in pieces(repetition, self.sep.component).enumerate() {
                if n > 0 {
                    self.out.push(self.sep.component);
                }
                if n == 0 {
                    // What a text is of that a query names, nothing tells.
                    found = query::read(component)
                        .and_then(|named| Some((named, query::named(rules, named)?)))
                        .filter(|(_, of)| of.special == Special::None && !of.free);
                    if found.is_some() {
                        self.out.extend_from_slice(component);
                    }
                } else if let Some((named, of)) = found {
                    if n == place {
                        let part = query::part(rules, of, named);
                        let op = op(part, of.action, &rules.settings);
                        for (n, value) in pieces(component, self.sep.subcomponent).enumerate() {
                            if n > 0 {
                                self.out.push(self.sep.subcomponent);
                            }
                            self.leaf(of, op, value);
                        }
                    } else if is_table(component) {
                        // An operator, or how the next parameter is joined.
                        self.out.extend_from_slice(component);
                    }
                }
            }
        }
    }
}
