//! Resources that are there because others refer to them.

use super::bundle::Arena;
use super::context::Context;
use super::id::{Id, Key};
use super::input::Parts;
use super::kind::Kind;
use super::types::participant::{self, Acting, Function};
use super::types::{keys, organization, place, practitioner, software};

/// What a resource is made of. Those that are made of more, and seldom are there, have it elsewhere:
/// what is wanted is copied about, which took a fiftieth of all the time.
#[derive(Clone, Debug)]
pub(crate) enum Wanted<'m> {
    /// XCN, CNN, or the CN of old versions.
    Practitioner(Parts<'m>),
    /// The person of an NDL.
    NamedPractitioner(Parts<'m>),
    /// XON.
    Organization(Parts<'m>),
    /// HD, or EI without its first component.
    Authority(Parts<'m>),
    /// The sender (HD) and its country.
    Sender(Parts<'m>, Parts<'m>),
    /// CWE or text that names an organization.
    NamedOrganization(Parts<'m>),
    /// PL, or a type like it, down to a level: the place itself is at its innermost one.
    Location(Parts<'m>, place::Level, place::Form),
    /// Text that names a place.
    NamedLocation(Parts<'m>),
    /// HD of a place.
    Facility(Parts<'m>),
    /// HD of an application, and that of the facility which it is of.
    Application(Parts<'m>, Parts<'m>),
    /// XCN and an address of the person.
    PractitionerAt(Parts<'m>, Parts<'m>),
    /// XON, its address and its number.
    OrganizationAt(Box<[Parts<'m>; 3]>),
    /// XON, its address and its number, as a place.
    Site(Box<[Parts<'m>; 3]>),
    /// A practitioner of whom nothing else is told, and what they do.
    Person(Function, Parts<'m>),
    /// A practitioner of an organization, and what they do.
    Acting(Function, Box<Acting<'m>>),
    /// NDL as a role.
    Ndl(Parts<'m>),
    /// EI of a device.
    Device(Parts<'m>),
    /// CWE of a device.
    CodedDevice(Parts<'m>),
    /// EIP of a specimen of which nothing else is told.
    Specimen(Parts<'m>),
}

impl<'m> Wanted<'m> {
    /// The type of the resource.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Practitioner(_) | Self::NamedPractitioner(_) => Kind::Practitioner,
            Self::Organization(_)
            | Self::Authority(_)
            | Self::Sender(..)
            | Self::NamedOrganization(_) => Kind::Organization,
            Self::Application(..) | Self::Device(_) | Self::CodedDevice(_) => Kind::Device,
            Self::PractitionerAt(..) => Kind::Practitioner,
            Self::OrganizationAt(_) => Kind::Organization,
            Self::Site(_) => Kind::Location,
            Self::Specimen(_) => Kind::Specimen,
            Self::Person(..) | Self::Acting(..) | Self::Ndl(_) => Kind::PractitionerRole,
            Self::Location(..) | Self::NamedLocation(_) | Self::Facility(_) => Kind::Location,
        }
    }

    pub(super) fn parts(&self) -> [&Parts<'m>; 5] {
        let none = &Parts::EMPTY;
        match self {
            Self::Practitioner(parts)
            | Self::NamedPractitioner(parts)
            | Self::Organization(parts)
            | Self::Authority(parts)
            | Self::NamedOrganization(parts)
            | Self::NamedLocation(parts)
            | Self::Facility(parts)
            | Self::Ndl(parts)
            | Self::Device(parts)
            | Self::CodedDevice(parts)
            | Self::Specimen(parts)
            | Self::Person(_, parts)
            | Self::Location(parts, ..) => [parts, none, none, none, none],
            Self::Sender(parts, more)
            | Self::PractitionerAt(parts, more)
            | Self::Application(parts, more) => [parts, more, none, none, none],
            Self::OrganizationAt(all) | Self::Site(all) => [&all[0], &all[1], &all[2], none, none],
            Self::Acting(_, role) => role.parts(),
        }
    }

    /// Whether it has no identifier, so that it is known by all that is said of it.
    pub(super) fn is_nameless(&self) -> bool {
        matches!(
            self,
            Self::NamedOrganization(_)
                | Self::NamedLocation(_)
                | Self::Site(_)
                | Self::Person(..)
                | Self::Acting(..)
                | Self::Ndl(_)
                | Self::CodedDevice(_)
        )
    }

    /// What tells it from others of its kind besides the parts.
    pub(super) fn variant(&self) -> u8 {
        match self {
            Self::Practitioner(_) => 0,
            Self::NamedPractitioner(_) => 1,
            Self::Organization(_) => 2,
            Self::Authority(_) => 3,
            Self::NamedOrganization(_) => 4,
            Self::NamedLocation(_) => 6,
            Self::Sender(..) => 30,
            Self::Facility(_) => 31,
            Self::Application(..) => 33,
            Self::PractitionerAt(..) => 40,
            Self::OrganizationAt(_) => 41,
            Self::Site(_) => 42,
            Self::Ndl(_) => 43,
            Self::Device(_) => 45,
            Self::CodedDevice(_) => 46,
            Self::Specimen(_) => 47,
            Self::Person(function, _) | Self::Acting(function, _) => 50 + *function as u8,
            Self::Location(_, level, form) => 100 + 10 * *form as u8 + *level as u8,
        }
    }

    /// Whether there is nothing to say of it. An Organization needs a name or an identifier (org-1).
    pub(crate) fn is_empty(&self) -> bool {
        let none = |parts: &Parts<'_>, of: &[usize]| of.iter().all(|&n| parts.peek(n).is_empty());
        match self {
            Self::Organization(parts) => none(parts, &[1, 3, 10]),
            Self::OrganizationAt(all) => none(&all[0], &[1, 3, 10]),
            Self::Authority(parts) | Self::Sender(parts, _) => none(parts, &[1, 2]),
            Self::Application(parts, _) => parts.is_empty(),
            _ => self.parts().iter().all(|parts| parts.is_empty()),
        }
    }

    /// Whether the same is said of it.
    pub(crate) fn same(&self, other: &Self) -> bool {
        // Most are empty, which a comparison of bytes is slow to see: on some processors it begins
        // by reading where nothing is.
        let same = |(a, b): (&Parts<'_>, &Parts<'_>)| {
            let (a, b) = (a.peek_raw(), b.peek_raw());
            a.len() == b.len() && (a.is_empty() || a == b)
        };
        if self.variant() != other.variant() {
            return false;
        }
        if self.parts().into_iter().zip(other.parts()).all(same) {
            return true;
        }
        match (self, other) {
            (Self::Location(one, level, form), Self::Location(other, ..)) => {
                place::is_same_around([*one, *other], (*level, *form))
            }
            _ => false,
        }
    }

    /// All that is said of it as a key.
    pub(crate) fn content(&self, mut key: Key) -> Key {
        key.push(&[self.variant()]);
        self.parts().iter().for_each(|parts| key.push(parts.peek_raw()));
        key
    }

    /// The id of what it is about, if that has an identifier.
    ///
    /// To look for ids that were there before takes longer than to make them: what comes once in many
    /// messages is further from a processor than a block of a hash.
    pub(crate) fn id(&self, cx: &mut Context<'m>) -> Option<Id> {
        if self.is_nameless() {
            return None;
        }
        let mut key = Key::of(self.kind());
        self.push_key(cx, &mut key).then(|| key.id())
    }

    fn push_key(&self, cx: &mut Context<'m>, key: &mut Key) -> bool {
        match *self {
            Self::Practitioner(parts) | Self::PractitionerAt(parts, _) => {
                practitioner::push_key(cx, key, parts)
            }
            Self::Device(parts) => keys::push_ei(cx, key, parts),
            Self::Specimen(parts) => keys::push_eip(cx, key, parts),
            Self::NamedPractitioner(parts) => practitioner::push_key(cx, key, parts.peek(1)),
            Self::Organization(parts) => organization::push_key(cx, key, parts),
            Self::OrganizationAt(ref all) => organization::push_key(cx, key, all[0]),
            Self::Authority(parts)
            | Self::Sender(parts, _)
            | Self::Facility(parts)
            | Self::Application(parts, _) => keys::push_authority(cx, key, parts),
            Self::Location(parts, level, form) => {
                place::push_key(cx, key, parts, level, form);
                true
            }
            Self::NamedOrganization(_)
            | Self::NamedLocation(_)
            | Self::Site(_)
            | Self::Person(..)
            | Self::Acting(..)
            | Self::Ndl(_)
            | Self::CodedDevice(_) => false,
        }
    }

    /// Counts what it is made of as mapped, as it was where the same was said before.
    pub(crate) fn count_as_mapped(&self) {
        if let Self::Location(value, level, form) = *self {
            return place::count_as_mapped(value, level, form);
        }
        for parts in self.parts() {
            parts.raw();
        }
    }
}

/// Writes the resource that was referred to as the `n`th, from 0. Returns whether there is one.
pub(super) fn write(out: &mut Arena, cx: &mut Context<'_>, n: usize) -> bool {
    let Some(&(own, ref wanted)) = cx.wanted(n) else { return false };
    match *wanted {
        Wanted::Practitioner(parts) => practitioner::write(out, cx, own, parts),
        Wanted::NamedPractitioner(parts) => practitioner::write_named(out, cx, own, parts),
        Wanted::Organization(parts) => organization::write(out, cx, own, parts),
        Wanted::Authority(parts) => {
            organization::write_authority(out, cx, own, parts, Parts::EMPTY);
        }
        Wanted::Sender(parts, country) => {
            organization::write_authority(out, cx, own, parts, country);
        }
        Wanted::NamedOrganization(parts) => {
            organization::write_named(out, cx, own, parts, |_, _| {});
        }
        Wanted::Location(parts, level, form) => place::write(out, cx, own, parts, (level, form)),
        Wanted::NamedLocation(parts) => place::write_named(out, cx, own, parts, |_, _| {}),
        Wanted::Facility(parts) => place::write_facility(out, cx, own, parts),
        Wanted::Application(parts, of) => software::write_application(out, cx, own, [parts, of]),
        Wanted::PractitionerAt(who, at) => participant::write_person(out, cx, own, [who, at]),
        Wanted::OrganizationAt(ref all) => {
            let all = **all;
            participant::write_organization(out, cx, own, all);
        }
        Wanted::Site(ref all) => {
            let all = **all;
            participant::write_site(out, cx, own, all);
        }
        Wanted::Person(function, who) => {
            participant::write_alone(out, cx, own, function, who);
        }
        Wanted::Acting(function, ref role) => {
            let role = **role;
            participant::write_acting(out, cx, own, function, role);
        }
        Wanted::Ndl(parts) => participant::write_ndl(out, cx, own, parts),
        Wanted::Device(parts) => participant::write_device(out, cx, own, parts),
        Wanted::CodedDevice(parts) => participant::write_coded_device(out, cx, own, parts),
        Wanted::Specimen(parts) => participant::write_specimen(out, cx, own, parts),
    }
    true
}
