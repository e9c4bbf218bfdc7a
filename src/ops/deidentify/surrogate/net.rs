//! Surrogates of URLs and network addresses.

use super::prf::{Digest, first_128, last_64, write_token};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Appends an address that is kept for documentation in the form of the value: one of
/// 192.0.2.0/24 (RFC 5737) or 2001:db8::/32 (RFC 3849), or a page of `example.org` (RFC 2606).
pub(super) fn write_url(text: &[u8], digest: &Digest, out: &mut Vec<u8>) {
    let address = std::str::from_utf8(text.trim_ascii()).ok().and_then(|text| text.parse().ok());
    let address = match address {
        Some(IpAddr::V4(value)) => {
            let host = 1 + (last_64(digest) % 254) as u8;
            let next = if host == 254 { 1 } else { host + 1 };
            let new = Ipv4Addr::new(192, 0, 2, host);
            IpAddr::V4(if new == value { Ipv4Addr::new(192, 0, 2, next) } else { new })
        }
        Some(IpAddr::V6(value)) => {
            let new = 0x2001_0DB8 << 96 | first_128(digest) >> 32;
            let value: u128 = value.into();
            IpAddr::V6(Ipv6Addr::from(if new == value { new ^ 1 } else { new }))
        }
        None => {
            out.extend_from_slice(b"https://example.org/");
            return write_lower_token(digest, out);
        }
    };
    write!(out, "{address}").expect("a vector takes all that is written");
}

/// Appends an address of `example.org` (RFC 2606).
pub(super) fn write_email(digest: &Digest, out: &mut Vec<u8>) {
    write_lower_token(digest, out);
    out.extend_from_slice(b"@example.org");
}

fn write_lower_token(digest: &Digest, out: &mut Vec<u8>) {
    let start = out.len();
    write_token(digest, out);
    out[start..].make_ascii_lowercase();
}
