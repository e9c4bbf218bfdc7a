//! What a value identifies.

/// What a value tells of somebody. Values of one kind that are equal become the same surrogate,
/// whatever field they stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A family name, or a part of one.
    Family,
    /// A given name, or an initial.
    Given,
    /// A number or code of a person, order, message, device or place: one domain for all of them,
    /// so that PID-3, PID-2, MRG-1, a query's and a text's are the same.
    Id,
    /// A US social security number.
    Ssn,
    /// A telephone or fax number.
    Phone,
    /// An e-mail address.
    Email,
    /// A URL, or a network address.
    Url,
    /// A street with its number, or another address line.
    Street,
    /// A city, or another place below a state: county, parish, birth place.
    Place,
    /// A postal code.
    Zip,
    /// An employer or another organisation by name.
    Organisation,
    /// A date, of whatever precision.
    Date,
}
