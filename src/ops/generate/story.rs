//! What a message tells: one patient, one visit, one order after the other.

use super::lists::{self, COUNT, GIVEN};
use super::observed::{Observed, TestTypes};
use super::random::Random;
use super::source::{Id, Moment, digits};
use crate::core::time::civil_from_days;
use crate::dictionary::Version;
use crate::ops::deidentify::names;
use std::sync::LazyLock;

/// So many patients there are; they come again.
const PATIENTS: u64 = 20_000;
/// So many members of the staff.
const STAFF: u64 = 90;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Somebody in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Patient,
    Kin,
    Employer,
    Attending,
    Referring,
    Consulting,
    Admitting,
    Orderer,
    Performer,
    Clerk,
    /// Any member of the staff.
    Staff,
    /// Anybody.
    Other,
}

/// A name, and a number: of staff their own, else one to draw from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) family: &'static str,
    pub(super) given: &'static str,
    pub(super) number: u64,
}

/// What a message is about, by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Other,
    Order,
    Answer,
    Result,
}

/// Order control (table 0119), order status (0038) and result status (0123), by [`Kind`].
pub(super) const OF_CODES: [(&str, &str, &str); 4] =
    [("NW", "", ""), ("NW", "", ""), ("OK", "IP", ""), ("RE", "CM", "F")];

/// What MSH-9 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) code: &'static str,
    pub(super) event: &'static str,
    pub(super) structure: &'static str,
    pub(super) kind: Kind,
}

/// The story of the message that is being written.
#[derive(Debug)]
pub(super) struct Story<'g> {
    seed: u64,
    pub(super) version: Version,
    pub(super) random: Random,
    pub(super) message: Message,
    /// Messages before this one.
    sequence: u64,
    clock: i64,
    /// The first day of the run, since 1970.
    first_day: i64,
    patient: Patient,
    rows: [usize; COUNT],
    kin: u64,
    /// For what is drawn once in a message.
    drawn: u64,
    /// Of the orders of the message, the one under way.
    order: u64,
    pub(super) observed: Observed<'g>,
    times: Times,
    pub(super) set_id: u64,
    /// For what is drawn once in a field.
    pub(super) pick: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Patient {
    number: u64,
    is_man: bool,
    family: usize,
    given: usize,
    drawn: u64,
    /// Age in days at the beginning of the run.
    age: i64,
}

/// Seconds since 1970.
#[derive(Clone, Copy, Debug, Default)]
struct Times {
    admit: i64,
    ordered: i64,
    collected: i64,
    received: i64,
    resulted: i64,
    begins: i64,
    minutes: i64,
}

static KIN: LazyLock<usize> = LazyLock::new(|| lists::find("kin").unwrap_or_default());
static APPOINTMENT: LazyLock<usize> =
    LazyLock::new(|| lists::find("appointment").unwrap_or_default());
/// The lists whose rows are a patient's own.
static OWN: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let own = ["place", "race", "ethnic", "language", "marital", "religion", "clinic", "plan"];
    own.into_iter().filter_map(lists::find).collect()
});
/// The lists of which each order draws a row.
static ORDERED: LazyLock<Vec<usize>> = LazyLock::new(|| {
    let ordered = ["drug", "vaccine", "charge", "appointment", "document"];
    ordered.into_iter().filter_map(lists::find).collect()
});
impl<'g> Story<'g> {
    /// `start`: when the run begins, in seconds since 1970.
    pub(super) fn new(seed: u64, start: i64, version: Version, types: &'g TestTypes) -> Self {
        let message = Message { code: "", event: "", structure: "", kind: Kind::Other };
        Self {
            seed,
            version,
            random: Random::of(seed, 1, 0),
            message,
            sequence: 0,
            clock: start,
            first_day: start.div_euclid(DAY),
            patient: Patient::default(),
            rows: [0; COUNT],
            kin: 0,
            drawn: 0,
            order: 0,
            observed: Observed::new(types),
            times: Times::default(),
            set_id: 0,
            pick: 0,
        }
    }

    /// Begins the story of the next message.
    pub(super) fn begin(&mut self, message: Message) {
        self.sequence += 1;
        self.message = message;
        self.random = Random::of(self.seed, 2, self.sequence);
        self.clock += self.random.between(1, 59) as i64;
        for (row, list) in self.rows.iter_mut().zip(lists::all()) {
            *row = self.random.at(list.rows.len());
        }
        self.drawn = self.random.next();
        self.kin = self.random.next();
        self.meet_patient();
        self.order = 0;
        self.observed.order(&mut self.random);
        self.set_times();
    }

    /// What is so about the patient is so in each message about them.
    fn meet_patient(&mut self) {
        let number = self.random.below(PATIENTS);
        let mut random = Random::of(self.seed, 3, number);
        let is_man = random.chance(48);
        self.patient = Patient {
            number,
            is_man,
            family: random.at(names::family().len()),
            given: random.at(GIVEN[usize::from(is_man)].len()),
            drawn: random.next(),
            age: random.between(60, 36_000) as i64,
        };
        for &list in OWN.iter() {
            self.rows[list] = random.at(lists::all()[list].rows.len());
        }
    }

    fn set_times(&mut self) {
        let mut ago = |from: i64, least: i64, most: i64| {
            from - self.random.between(least as u64, most as u64) as i64
        };
        let resulted = ago(self.clock, 2 * MINUTE, 20 * MINUTE);
        let received = ago(resulted, 20 * MINUTE, 2 * HOUR);
        let collected = ago(received, 5 * MINUTE, 40 * MINUTE);
        let ordered = ago(collected, 5 * MINUTE, HOUR);
        let admit = ago(ordered, 10 * MINUTE, 6 * DAY);
        // Appointments begin at full quarters of an hour.
        let begins =
            (self.clock / (15 * MINUTE) + 1 + self.random.below(2000) as i64) * 15 * MINUTE;
        self.times = Times { admit, ordered, collected, received, resulted, begins, minutes: 0 };
        self.set_minutes();
    }

    fn set_minutes(&mut self) {
        let row = self.row(*APPOINTMENT);
        self.times.minutes = row.last().and_then(|minutes| minutes.parse().ok()).unwrap_or(30);
    }

    /// Begins another order.
    pub(super) fn begin_order(&mut self) {
        self.order += 1;
        for &list in ORDERED.iter() {
            self.draw(list);
        }
        self.set_minutes();
        self.observed.order(&mut self.random);
    }

    /// Draws another row of a list.
    pub(super) fn draw(&mut self, list: usize) {
        self.rows[list] = self.random.at(lists::all()[list].rows.len());
        if list == *KIN {
            self.kin = self.random.next();
        }
    }

    pub(super) fn row(&self, list: usize) -> &'static [&'static str] {
        &lists::all()[list].rows[self.rows[list]]
    }

    pub(super) fn person(&self, who: Who) -> Person {
        let staff = |number: u64| {
            let mut random = Random::of(self.seed, 4, number);
            let given = &GIVEN[random.at(2)];
            Person {
                family: names::family()[random.at(names::family().len())],
                given: given[random.at(given.len())],
                number: 10_000 + number * 137,
            }
        };
        let of = |place: u64| staff((self.drawn >> (place * 7)) % STAFF);
        let own = |drawn: u64, is_man: bool, family: usize| {
            let given = &GIVEN[usize::from(is_man)];
            let family = names::family()[family % names::family().len()];
            Person { family, given: given[(drawn >> 32) as usize % given.len()], number: drawn }
        };
        match who {
            Who::Patient => Person {
                family: names::family()[self.patient.family],
                given: GIVEN[usize::from(self.patient.is_man)][self.patient.given],
                number: self.patient.drawn,
            },
            // Three of four have the name of the patient.
            Who::Kin => {
                let other = if self.kin.is_multiple_of(4) { (self.kin >> 8) as usize } else { 0 };
                own(self.kin, self.kin_sex() == "M", self.patient.family + other % 1000)
            }
            Who::Employer => own(self.patient.drawn >> 8, false, 0),
            Who::Attending => of(0),
            Who::Referring => of(1),
            Who::Consulting => of(2),
            Who::Admitting => of(3),
            // Most orders are of those who attend.
            Who::Orderer if self.drawn >> 60 > 4 => of(0),
            Who::Orderer => of(4),
            Who::Performer => of(5),
            Who::Clerk => of(6),
            Who::Staff => staff(self.pick % STAFF),
            Who::Other => own(self.pick, self.pick & 1 == 1, (self.pick >> 40) as usize),
        }
    }

    pub(super) fn sex(&self) -> &'static str {
        if self.patient.is_man { "M" } else { "F" }
    }

    pub(super) fn kin_sex(&self) -> &'static str {
        match (self.row(*KIN).last(), self.patient.is_man) {
            (Some(&"*"), true) => "F",
            (Some(&"*"), false) => "M",
            (sex, _) => sex.copied().unwrap_or("F"),
        }
    }

    /// Two of three have an initial.
    pub(super) fn middle(&self) -> &'static str {
        const INITIALS: &str = "ABCDEFGHJKLMNPRSTW";
        let at = (self.patient.drawn >> 16) as usize % (INITIALS.len() * 3 / 2);
        INITIALS.get(at..=at).unwrap_or_default()
    }

    /// The name of the mother before she married.
    pub(super) fn maiden(&self) -> &'static str {
        names::family()[(self.patient.drawn >> 20) as usize % names::family().len()]
    }

    pub(super) fn house(&self) -> u64 {
        1 + (self.patient.drawn >> 24) % 999
    }

    pub(super) fn street(&self) -> &'static str {
        names::streets()[(self.patient.drawn >> 28) as usize % names::streets().len()]
    }

    pub(super) fn policy_group(&self) -> u64 {
        (self.patient.drawn >> 12) % 90_000 + 10_000
    }

    /// The room, or the one before it.
    pub(super) fn room(&self, before: u64) -> u64 {
        101 + (self.drawn >> 50) % 20 + 20 * before
    }

    pub(super) fn bed(&self) -> &'static str {
        if self.drawn >> 63 == 0 { "A" } else { "B" }
    }

    /// Patient class (table 0004).
    pub(super) fn class(&self) -> &'static str {
        match (self.message.code, self.message.event) {
            ("SIU" | "SRM" | "VXU", _) => "O",
            ("ADT", "A04") => ["O", "E"][(self.drawn >> 55) as usize % 2],
            ("ADT", "A05") => "O",
            _ => "I",
        }
    }

    fn has_left(&self) -> bool {
        self.message.code == "ADT" && self.message.event == "A03"
    }

    /// Discharge disposition (table 0112).
    pub(super) fn disposition(&self) -> &'static str {
        if self.has_left() { "01" } else { "" }
    }

    /// The number of a thing, the same all through the message.
    pub(super) fn id(&self, id: Id) -> u64 {
        let of_order = |from: u64| from + self.sequence * 10 + self.order % 10;
        match id {
            Id::Patient => 1_000_000 + self.patient.number * 389,
            Id::PriorPatient => 9_000_000 + self.patient.number * 37,
            Id::Account => 4_000_000 + self.sequence,
            Id::PriorAccount => 3_000_000 + self.sequence,
            Id::Visit => 20_000_000 + self.sequence,
            Id::Policy => 600_000_000 + self.patient.number * 7_919,
            Id::Placer => of_order(10_000_000),
            Id::Filler => of_order(50_000_000),
            Id::Specimen => of_order(70_000_000),
            Id::PlacerGroup => 80_000_000 + self.sequence,
            Id::Prescription => of_order(30_000_000),
            Id::Document => 90_000_000 + self.sequence,
            Id::Query => 500_000 + self.sequence,
        }
    }

    /// Appends MSH-10 of the message, or of one so far before it: of the seed and of its place in
    /// the run.
    pub(super) fn write_control(&self, before: u64, out: &mut Vec<u8>) {
        out.push(b'G');
        digits(Random::of(self.seed, 5, 0).next() % 10_000, 4, out);
        digits(self.sequence - before, 10, out);
    }

    /// A time in seconds since 1970; `None` if it has not come.
    fn moment(&self, moment: Moment) -> Option<i64> {
        let times = &self.times;
        Some(match moment {
            Moment::Birth => (self.first_day - self.patient.age) * DAY,
            Moment::Enrolled => (self.first_day - 1 - (self.patient.drawn >> 9) as i64 % 20) * DAY,
            Moment::Past => times.admit - DAY * (1 + (self.pick % 25) as i64),
            Moment::Admit => times.admit,
            Moment::Ordered => times.ordered,
            Moment::Collected => times.collected,
            Moment::Received => times.received,
            Moment::Performed => times.received + 10 * MINUTE,
            Moment::Reported if self.message.kind != Kind::Result => return None,
            Moment::Resulted | Moment::Reported => times.resulted,
            Moment::Discharge if !self.has_left() => return None,
            Moment::Discharge => self.clock - 90,
            Moment::Occurred => self.clock - 30,
            Moment::Now => self.clock,
            Moment::Begins => times.begins,
            Moment::Ends => times.begins + times.minutes * MINUTE,
            Moment::Expires => self.clock + DAY * (90 + (self.drawn % 600) as i64),
        })
    }

    /// Appends a time: its date, its hours to seconds, or both.
    pub(super) fn write_time(&self, moment: Moment, date: bool, time: bool, out: &mut Vec<u8>) {
        let Some(seconds) = self.moment(moment) else { return };
        let day = i32::try_from(seconds.div_euclid(DAY)).unwrap_or(i32::MAX);
        if date {
            let (year, month, day) = civil_from_days(day).unwrap_or((9999, 12, 31));
            digits(u64::from(year), 4, out);
            digits(u64::from(month), 2, out);
            digits(u64::from(day), 2, out);
        }
        if time && (moment != Moment::Birth || !date) {
            let second = seconds.rem_euclid(DAY) as u64;
            digits(second / 3600, 2, out);
            digits(second / 60 % 60, 2, out);
            digits(second % 60, 2, out);
        }
    }
}
