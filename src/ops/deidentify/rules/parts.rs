//! What the parts of data types are, and what is done with each under an action.

use super::Action;
use crate::ops::deidentify::{Kind, Profile, Settings};

/// What a value, or a part of one, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Nothing that identifies.
    Keep,
    /// A code: short, without blanks.
    Code,
    /// A system of codes.
    System,
    /// A code of a table of the standard: up to five capitals and digits.
    Table,
    Number,
    /// A text beside a code.
    Text,
    /// Free text.
    Free,
    /// A number, or a remark.
    Note,
    Date,
    Birth,
    Time,
    State,
    /// A code of letters alone: a country, a kind of address.
    Letters,
    /// Who assigns something: a namespace, or a universal identifier.
    Authority,
    /// A title before or behind a name.
    Title,
    /// A kind of document.
    Document,
    Zip,
    /// The check digit of the number before it.
    Check,
    Is(Kind),
    /// The area of a telephone number, and its local part.
    Area,
    Local,
    Extension,
    /// A word before a family name, or the name itself. It is left out, for a surrogate has none.
    Prefix,
    /// Something that no profile lets through.
    Drop,
    /// A data type with components of its own, by its number.
    Nested(u8),
}

impl Part {
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "keep" => Self::Keep,
            "code" => Self::Code,
            "system" => Self::System,
            "table" => Self::Table,
            "number" => Self::Number,
            // An echo is a text in which stands what somebody typed.
            "text" | "echo" => Self::Text,
            "note" => Self::Note,
            "date" => Self::Date,
            "birth" => Self::Birth,
            "time" => Self::Time,
            "state" => Self::State,
            "letters" => Self::Letters,
            "authority" => Self::Authority,
            "title" => Self::Title,
            "document" => Self::Document,
            "zip" => Self::Zip,
            "check" => Self::Check,
            "area" => Self::Area,
            "local" => Self::Local,
            "extension" => Self::Extension,
            "prefix" => Self::Prefix,
            "drop" => Self::Drop,
            "id" => Self::Is(Kind::Id),
            "ssn" => Self::Is(Kind::Ssn),
            "family" => Self::Is(Kind::Family),
            "given" => Self::Is(Kind::Given),
            "phone" => Self::Is(Kind::Phone),
            "email" => Self::Is(Kind::Email),
            "street" => Self::Is(Kind::Street),
            "place" => Self::Is(Kind::Place),
            "organisation" => Self::Is(Kind::Organisation),
            _ => return None,
        })
    }
}

impl Part {
    /// Whether values of it are noted.
    #[inline]
    pub(crate) fn is_noted(self) -> bool {
        matches!(
            self,
            Self::Is(_) | Self::Date | Self::Birth | Self::Note | Self::Zip | Self::Prefix
        )
    }
}

/// Data types that are more than the sum of their parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// CE, CWE, CNE, CF: a code, its text and its system, twice or three times.
    Coded,
    Cx,
    Xtn,
    /// XAD, AD.
    Address,
    /// XCN, CN.
    Xcn,
    Xpn,
    Ndl,
    Ei,
    Eip,
    Hd,
    Other,
}

impl Role {
    pub(super) fn of_type(id: &str) -> Self {
        match id {
            "CE" | "CWE" | "CNE" | "CF" => Self::Coded,
            "CX" => Self::Cx,
            "XTN" => Self::Xtn,
            "XAD" | "AD" => Self::Address,
            "XCN" | "CN" => Self::Xcn,
            "XPN" => Self::Xpn,
            "NDL" => Self::Ndl,
            "EI" => Self::Ei,
            "EIP" => Self::Eip,
            "HD" => Self::Hd,
            _ => Self::Other,
        }
    }
}

/// A data type that has components.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) id: &'static str,
    pub(crate) role: Role,
    pub(crate) parts: Vec<Part>,
    /// See [`super::Rules::noted_parts`].
    pub(super) noted: Vec<Part>,
}

impl Type {
    pub(super) fn noted_of(&self, types: &[Self]) -> Vec<Part> {
        let mut noted: Vec<Part> = self
            .parts
            .iter()
            .map(|&part| match part {
                Part::Nested(of) => match types.get(usize::from(of)) {
                    Some(of) if of.role != Role::Coded => {
                        of.parts.first().copied().unwrap_or(Part::Drop)
                    }
                    _ => Part::Drop,
                },
                part => part,
            })
            .map(|part| if part.is_noted() { part } else { Part::Drop })
            .collect();
        let count = noted.iter().rposition(|&part| part != Part::Drop).map_or(0, |at| at + 1);
        noted.truncate(count);
        noted
    }
}

/// Which of its looks a surrogate has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// That of the profile.
    Own,
    Token,
    Fake,
}

/// What is done with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Keep,
    Drop,
    Code,
    System,
    Table,
    State,
    Letters,
    Authority,
    Title,
    Document,
    Number,
    Text,
    Free,
    /// Free text if it has blanks, else a number.
    Note(Look),
    Shift,
    Year,
    Time,
    Zip3,
    Surrogate(Kind, Look),
    /// As the kind of the field's own values says, for texts beside a number.
    Own(Look),
    Check,
    Area(Look),
    Local(Look),
    Extension,
    Nested(u8),
}

/// What is done with the parts of all data types under all actions.
#[derive(Debug)]
pub(crate) struct Ops {
    of_types: Vec<Box<[Op]>>,
    /// The same for components without subcomponents.
    of_simple: Vec<Box<[Op]>>,
    types: usize,
}

impl Ops {
    pub(super) fn new(types: &[Type], settings: &Settings) -> Self {
        let actions = (0..Action::COUNT).map(|n| ACTIONS[n]);
        let of_types = actions.flat_map(|action| {
            types.iter().map(move |of| {
                let coded = of.role == Role::Coded;
                let parts = of.parts.iter().enumerate();
                parts
                    .map(|(n, &part)| match part {
                        // A number and a name in the guise of a code.
                        Part::Code if coded && action.replaces() && matches!(n, 0 | 3 | 9) => {
                            op(Part::Is(Kind::Id), action, settings)
                        }
                        Part::Text if coded && action.replaces() => Op::Own(look(action)),
                        part => op(part, action, settings),
                    })
                    .collect()
            })
        });
        let of_types: Vec<Box<[Op]>> = of_types.collect();
        let mut all = Self { of_types, of_simple: Vec::new(), types: types.len() };
        let of_simple = (0..Action::COUNT).flat_map(|n| {
            all.of_types[n * types.len()..][..types.len()].iter().map(move |ops| (ACTIONS[n], ops))
        });
        let of_simple = of_simple.map(|(action, ops)| {
            let heads = ops.iter().map(|&op| match op {
                Op::Nested(of) => {
                    let role = types.get(usize::from(of)).map_or(Role::Other, |of| of.role);
                    let ops = all.of(within(action, role), of);
                    ops.first().copied().unwrap_or(Op::Drop)
                }
                op => op,
            });
            heads.collect()
        });
        all.of_simple = of_simple.collect();
        all
    }

    /// As [`Ops::of`], for components without subcomponents: of data types with parts of their own,
    /// what is done with the first.
    #[inline]
    pub(crate) fn of_simple(&self, action: Action, of: u8) -> &[Op] {
        let at = action.index() * self.types + usize::from(of);
        self.of_simple.get(at).map_or(&[], |ops| ops)
    }

    #[inline]
    pub(crate) fn of(&self, action: Action, of: u8) -> &[Op] {
        let at = action.index() * self.types + usize::from(of);
        self.of_types.get(at).map_or(&[], |ops| ops)
    }
}

const ACTIONS: [Action; Action::COUNT] = [
    Action::Keep,
    Action::Remove,
    Action::Token,
    Action::Surrogate,
    Action::Name,
    Action::Shift,
    Action::Year,
    Action::Zip3,
    Action::Clean,
    Action::Fake,
    Action::Constant(0),
];

/// The look of what an action puts in place of something.
pub(crate) fn look(action: Action) -> Look {
    match action {
        Action::Token => Look::Token,
        Action::Fake => Look::Fake,
        _ => Look::Own,
    }
}

/// What an action for a value is for a component of it that has parts of its own. A code in it tells
/// why a number is no longer right, or where a name is used: it is no name or number. A token stands
/// for whatever is there, for it may be a county, of which Safe Harbor says nothing may be told.
pub(crate) fn within(action: Action, role: Role) -> Action {
    if role == Role::Coded && action.replaces() && action != Action::Token {
        Action::Clean
    } else {
        action
    }
}

/// What is done with a part under an action.
pub(crate) fn op(part: Part, action: Action, settings: &Settings) -> Op {
    let safe = settings.profile == Profile::SafeHarbor;
    match (part, action) {
        (_, Action::Keep) => Op::Keep,
        (_, Action::Remove | Action::Constant(_)) | (Part::Drop | Part::Prefix, _) => Op::Drop,
        (Part::Nested(of), _) => Op::Nested(of),
        (Part::Keep, _) => Op::Keep,
        (Part::Code, _) => Op::Code,
        (Part::System, _) => Op::System,
        (Part::State, _) => Op::State,
        (Part::Letters, _) => Op::Letters,
        (Part::Authority, _) => Op::Authority,
        (Part::Title, _) => Op::Title,
        (Part::Document, _) => Op::Document,
        (Part::Table, _) => Op::Table,
        (Part::Number, _) => Op::Number,
        (Part::Text, _) => Op::Text,
        (Part::Free, _) => Op::Free,
        (Part::Time, _) => Op::Time,
        (Part::Date | Part::Birth, action) => match action {
            Action::Year => Op::Year,
            Action::Shift => Op::Shift,
            _ if safe => Op::Year,
            _ => Op::Shift,
        },
        (Part::Check, _) => Op::Check,
        (Part::Zip, Action::Zip3) => Op::Zip3,
        (Part::Is(Kind::Zip | Kind::Street | Kind::Place), Action::Zip3) => Op::Drop,
        (Part::Zip, action) if action.replaces() => Op::Surrogate(Kind::Zip, look(action)),
        (Part::Zip, _) if settings.profile == Profile::TestData => {
            Op::Surrogate(Kind::Zip, Look::Own)
        }
        (Part::Zip, _) => Op::Zip3,
        (Part::Note, action) if action.replaces() => Op::Note(look(action)),
        (Part::Note, _) => Op::Free,
        (Part::Area, action) if replaced(Kind::Phone, action, settings) => Op::Area(look(action)),
        (Part::Local, action) if replaced(Kind::Phone, action, settings) => Op::Local(look(action)),
        (Part::Extension, action) if replaced(Kind::Phone, action, settings) => Op::Extension,
        (Part::Area | Part::Local | Part::Extension, _) => Op::Drop,
        (Part::Is(kind), action) if replaced(kind, action, settings) => {
            Op::Surrogate(kind, look(action))
        }
        (Part::Is(_), _) => Op::Drop,
    }
}

/// Whether something is replaced rather than removed.
fn replaced(kind: Kind, action: Action, settings: &Settings) -> bool {
    if action.replaces() {
        return true;
    }
    match settings.profile {
        Profile::TestData => true,
        Profile::Pseudonymise => !matches!(kind, Kind::Street | Kind::Place | Kind::Zip),
        // What is needed to tell what belongs together; never a person's own.
        Profile::SafeHarbor => matches!(kind, Kind::Id | Kind::Organisation),
    }
}
