//! What stands in braces in templates: names for what a story tells.

use super::lists;
use super::story::{OF_CODES, Story, Who};
use crate::core::check_digit::mod10;
use std::io::Write;

/// Something that a story tells.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A column of the row that was drawn of a list.
    Column(usize, usize),
    /// Part of somebody's name, or a number of staff.
    Person(Who, NamePart),
    /// One of several texts.
    OneOf(Vec<&'static str>),
    /// A number from the first to the last.
    Number(u64, u64),
    /// So many digits.
    Digits(u32),
    /// A time.
    Time(Moment),
    /// A number of identity, with its check digit if so.
    Id(Id),
    /// The check digit of a number, by M10.
    Check(Id),
    /// A number that stands for the end of a telephone number.
    Line(Who),
    /// One of the others.
    Said(Said),
    /// A code of the table of the field, what it means, and the name of the table.
    Code,
    Display,
    System,
    /// Whatever the data type allows.
    Spare,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NamePart {
    Family,
    Given,
    Id,
}

/// Numbers of things, none of which is the number of another thing of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Patient,
    PriorPatient,
    Account,
    PriorAccount,
    Visit,
    Policy,
    Placer,
    PlacerGroup,
    Filler,
    Specimen,
    Prescription,
    Document,
    Query,
}

/// Times, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    Birth,
    Enrolled,
    Past,
    Admit,
    Ordered,
    Collected,
    Received,
    Performed,
    Resulted,
    /// As the one before, of results alone.
    Reported,
    /// Of those who have left.
    Discharge,
    Occurred,
    Now,
    Begins,
    Ends,
    Expires,
}

/// Single things that a story tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    SetId,
    Control,
    /// MSH-10 of the message before.
    Answered,
    Type,
    Event,
    Structure,
    Version,
    Software,
    Middle,
    Maiden,
    Sex,
    KinSex,
    Class,
    Disposition,
    Street,
    Room,
    PriorRoom,
    Bed,
    PolicyGroup,
    OrderControl,
    OrderStatus,
    ReportStatus,
    PanelCode,
    PanelText,
    PanelSection,
    PanelSpecimen,
    TestCode,
    TestText,
    TestType,
    TestValue,
    TestUnits,
    TestRange,
    TestFlag,
}

impl Source {
    /// By the name in braces.
    pub(super) fn of(name: &'static str) -> Option<Self> {
        if let Some(texts) = name.strip_prefix("one:") {
            return Some(Self::OneOf(texts.split('|').collect()));
        }
        if let Some(bounds) = name.strip_prefix("n:") {
            let (first, last) = bounds.split_once('-')?;
            return Some(Self::Number(first.parse().ok()?, last.parse().ok()?));
        }
        if let Some(count) = name.strip_prefix("digits:") {
            return Some(Self::Digits(count.parse().ok()?));
        }
        let named = time(name)
            .map(Self::Time)
            .or_else(|| id(name))
            .or_else(|| said(name).map(Self::Said))
            .or_else(|| person(name));
        named.or_else(|| match name {
            "code" => Some(Self::Code),
            "display" => Some(Self::Display),
            "system" => Some(Self::System),
            name => {
                let (list, column) = name.split_once('.')?;
                let at = lists::find(list)?;
                Some(Self::Column(at, lists::all()[at].column(column)?))
            }
        })
    }

    /// All that it can be, if those are few.
    pub(super) fn values(&self) -> Option<Vec<&'static str>> {
        match self {
            Self::Column(list, column) => {
                Some(lists::all()[*list].rows.iter().map(|row| row[*column]).collect())
            }
            Self::OneOf(texts) => Some(texts.clone()),
            Self::Said(Said::Sex | Said::KinSex) => Some(vec!["F", "M"]),
            Self::Said(Said::Class) => Some(vec!["I", "O", "E"]),
            Self::Said(Said::Disposition) => Some(vec!["01"]),
            Self::Said(Said::OrderControl) => Some(vec!["NW", "RE", "OK"]),
            Self::Said(Said::OrderStatus) => Some(vec!["SC", "CM", "IP"]),
            Self::Said(Said::ReportStatus) => Some(vec!["F"]),
            Self::Said(Said::TestFlag) => Some(vec!["H", "L", "N", "A"]),
            Self::Said(Said::PanelSection) => {
                Some(lists::PANELS.iter().map(|panel| panel.section).collect())
            }
            Self::Said(Said::PanelSpecimen) => {
                Some(lists::PANELS.iter().map(|panel| panel.specimen).collect())
            }
            _ => None,
        }
    }

    /// Appends it; nothing if the story has no such thing.
    pub(super) fn write(&self, story: &mut Story<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Column(list, column) => {
                out.extend_from_slice(story.row(*list)[*column].as_bytes());
            }
            Self::Person(who, part) => {
                let person = story.person(*who);
                match part {
                    NamePart::Family => out.extend_from_slice(person.family.as_bytes()),
                    NamePart::Given => out.extend_from_slice(person.given.as_bytes()),
                    NamePart::Id => number(person.number, out),
                }
            }
            Self::OneOf(texts) => {
                let at = story.random.at(texts.len());
                out.extend_from_slice(texts[at].as_bytes());
            }
            Self::Number(first, last) => {
                let drawn = story.random.between(*first, *last);
                number(drawn, out);
            }
            Self::Digits(count) => {
                let first = 10_u64.pow(count - 1);
                let drawn = story.random.between(first, first * 10 - 1);
                number(drawn, out);
            }
            Self::Id(id) => number(story.id(*id), out),
            Self::Check(id) => {
                let start = out.len();
                number(story.id(*id), out);
                let digit = mod10(&out[start..]);
                out.truncate(start);
                out.extend(digit);
            }
            // Numbers 555-0100 to 555-0199 are nobody's (North American Numbering Plan).
            Self::Line(who) => {
                out.extend_from_slice(b"01");
                digits(story.person(*who).number % 100, 2, out);
            }
            Self::Said(said) => said.write(story, out),
            // What these are depends on where they stand.
            Self::Time(_) | Self::Code | Self::Display | Self::System | Self::Spare => {}
        }
    }
}

impl Said {
    fn write(self, story: &mut Story<'_>, out: &mut Vec<u8>) {
        let text = match self {
            Self::SetId => return number(story.set_id, out),
            Self::Control => return story.write_control(0, out),
            Self::Answered => return story.write_control(1, out),
            Self::PolicyGroup => return digits(story.policy_group(), 5, out),
            Self::Street => {
                number(story.house(), out);
                out.push(b' ');
                story.street()
            }
            Self::Room => return number(story.room(0), out),
            Self::PriorRoom => return number(story.room(1), out),
            Self::TestValue => return story.observed.write_value(out),
            Self::Type => story.message.code,
            Self::Event => story.message.event,
            Self::Structure => story.message.structure,
            Self::Version => story.version.as_str(),
            Self::Software => env!("CARGO_PKG_VERSION"),
            Self::Middle => story.middle(),
            Self::Maiden => story.maiden(),
            Self::Sex => story.sex(),
            Self::KinSex => story.kin_sex(),
            Self::Class => story.class(),
            Self::Disposition => story.disposition(),
            Self::Bed => story.bed(),
            Self::OrderControl => OF_CODES[story.message.kind as usize].0,
            Self::OrderStatus => OF_CODES[story.message.kind as usize].1,
            Self::ReportStatus => OF_CODES[story.message.kind as usize].2,
            Self::PanelCode => story.observed.panel().code,
            Self::PanelText => story.observed.panel().name,
            Self::PanelSection => story.observed.panel().section,
            Self::PanelSpecimen => story.observed.panel().specimen,
            Self::TestCode => story.observed.test().code,
            Self::TestText => story.observed.test().name,
            Self::TestType => story.observed.data_type(),
            Self::TestUnits => story.observed.test().unit,
            Self::TestRange => &story.observed.test().range,
            Self::TestFlag => story.observed.flag,
        };
        out.extend_from_slice(text.as_bytes());
    }
}

fn time(name: &str) -> Option<Moment> {
    Some(match name {
        "birth" => Moment::Birth,
        "enrolled" => Moment::Enrolled,
        "past" => Moment::Past,
        "admit" => Moment::Admit,
        "ordered" => Moment::Ordered,
        "collected" => Moment::Collected,
        "received" => Moment::Received,
        "performed" => Moment::Performed,
        "resulted" => Moment::Resulted,
        "reported" => Moment::Reported,
        "discharge" => Moment::Discharge,
        "occurred" => Moment::Occurred,
        "now" => Moment::Now,
        "begins" => Moment::Begins,
        "ends" => Moment::Ends,
        "expires" => Moment::Expires,
        _ => return None,
    })
}

fn id(name: &str) -> Option<Source> {
    Some(Source::Id(match name {
        "mrn" => Id::Patient,
        "mrn.check" => return Some(Source::Check(Id::Patient)),
        "mrn.prior" => Id::PriorPatient,
        "mrn.prior.check" => return Some(Source::Check(Id::PriorPatient)),
        "account" => Id::Account,
        "account.prior" => Id::PriorAccount,
        "visit" => Id::Visit,
        "policy" => Id::Policy,
        "placer" => Id::Placer,
        "placer.group" => Id::PlacerGroup,
        "filler" => Id::Filler,
        "specimen" => Id::Specimen,
        "prescription" => Id::Prescription,
        "document" => Id::Document,
        "query" => Id::Query,
        _ => return None,
    }))
}

fn said(name: &str) -> Option<Said> {
    Some(match name {
        "setid" => Said::SetId,
        "control" => Said::Control,
        "answered" => Said::Answered,
        "type" => Said::Type,
        "event" => Said::Event,
        "structure" => Said::Structure,
        "version" => Said::Version,
        "software" => Said::Software,
        "patient.middle" => Said::Middle,
        "maiden" => Said::Maiden,
        "sex" => Said::Sex,
        "kin.sex" => Said::KinSex,
        "class" => Said::Class,
        "disposition" => Said::Disposition,
        "street" => Said::Street,
        "room" => Said::Room,
        "room.prior" => Said::PriorRoom,
        "bed" => Said::Bed,
        "policy.group" => Said::PolicyGroup,
        "order.control" => Said::OrderControl,
        "order.status" => Said::OrderStatus,
        "report.status" => Said::ReportStatus,
        "panel.code" => Said::PanelCode,
        "panel.text" => Said::PanelText,
        "panel.section" => Said::PanelSection,
        "panel.specimen" => Said::PanelSpecimen,
        "test.code" => Said::TestCode,
        "test.text" => Said::TestText,
        "test.type" => Said::TestType,
        "test.value" => Said::TestValue,
        "test.units" => Said::TestUnits,
        "test.range" => Said::TestRange,
        "test.flag" => Said::TestFlag,
        _ => return None,
    })
}

fn person(name: &str) -> Option<Source> {
    match name {
        "phone.line" => return Some(Source::Line(Who::Patient)),
        "work.line" => return Some(Source::Line(Who::Employer)),
        "kin.line" => return Some(Source::Line(Who::Kin)),
        _ => {}
    }
    let (who, part) = name.split_once('.')?;
    let who = match who {
        "patient" => Who::Patient,
        "kin" => Who::Kin,
        "attending" => Who::Attending,
        "referring" => Who::Referring,
        "consulting" => Who::Consulting,
        "admitting" => Who::Admitting,
        "orderer" => Who::Orderer,
        "performer" => Who::Performer,
        "clerk" => Who::Clerk,
        "staff" => Who::Staff,
        "other" => Who::Other,
        _ => return None,
    };
    let part = match part {
        "family" => NamePart::Family,
        "given" => NamePart::Given,
        "id" => NamePart::Id,
        _ => return None,
    };
    Some(Source::Person(who, part))
}

/// Appends a number.
pub(super) fn number(number: u64, out: &mut Vec<u8>) {
    let _ = write!(out, "{number}");
}

/// Appends the last digits of a number, so many.
pub(super) fn digits(number: u64, count: u32, out: &mut Vec<u8>) {
    let mut place = 10_u64.pow(count);
    while place > 1 {
        place /= 10;
        out.push(b'0' + (number / place % 10) as u8);
    }
}
