//! E-mail addresses and URLs.

use super::letters::is_alnum;
use std::ops::Range;

/// The greatest length of a host's name (RFC 1035, section 2.3.4).
const HOST_MAX: usize = 253;

/// The greatest length of an IPv6 address as text.
const IPV6_MAX: usize = 39;

/// The e-mail address around the `@` at `at`.
pub(super) fn email(text: &[u8], at: usize) -> Option<Range<usize>> {
    let before = text.get(..at)?;
    let is_local = |b: &u8| is_alnum(*b) || b"._%+-'".contains(b);
    let start = before.iter().rposition(|b| !is_local(b)).map_or(0, |n| n + 1);
    let end = host_end(text, at + 1);
    let local = text.get(start..at)?;
    let start = start + local.iter().position(|&b| is_alnum(b))?;
    (end > at + 1).then_some(start..end)
}

/// The URL whose scheme or `www` is the word at `word`.
pub(super) fn url(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(word.end..)?;
    let is_www = text.get(word.clone())?.eq_ignore_ascii_case(b"www");
    let skip = if is_www { 1 } else { 3 };
    let begins = if is_www { rest.starts_with(b".") } else { rest.starts_with(b"://") };
    let behind = rest.get(skip).is_some_and(|&b| is_alnum(b));
    (begins && behind).then(|| word.start..url_end(text, word.end + skip))
}

/// The host's name that ends with the word at `last`, with what follows of a URL.
pub(super) fn host(text: &[u8], last: Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..last.start)?.strip_suffix(b".")?;
    let is_host = |b: &u8| is_alnum(*b) || matches!(b, b'.' | b'-');
    let name = before.iter().rev().take(HOST_MAX + 1).take_while(|b| is_host(b)).count();
    if name > HOST_MAX {
        return None;
    }
    let start = before.len() - name;
    let name = before.get(start..)?;
    let ends = !text.get(last.end).is_some_and(|&b| is_alnum(b) || b == b'-');
    let is_name = name.len() > 1 && name.last().is_some_and(|&b| is_alnum(b));
    let end = if text.get(last.end) == Some(&b'/') { url_end(text, last.end) } else { last.end };
    (is_name && ends).then_some(start..end)
}

/// The IPv6 address (RFC 4291, section 2.2), or the address of a network card (EUI-48), that the
/// colon at `at` belongs to.
pub(super) fn ipv6(text: &[u8], at: usize) -> Option<Range<usize>> {
    let is_part = |b: &u8| b.is_ascii_hexdigit() || *b == b':';
    let before = text.get(..at)?;
    let rest = text.get(at..)?;
    let start = at - before.iter().rev().take(IPV6_MAX + 1).take_while(|b| is_part(b)).count();
    let end = at + rest.iter().take(IPV6_MAX + 1).take_while(|b| is_part(b)).count();
    if end - start > IPV6_MAX {
        return None;
    }
    let address = text.get(start..end)?;
    let groups = address.split(|&b| b == b':');
    let colons = groups.clone().count() - 1;
    let is_short = address.windows(2).any(|two| two == b"::");
    let is_alone = |at: Option<usize>| !at.and_then(|n| text.get(n)).is_some_and(|&b| is_alnum(b));
    let is_local = colons == 2 && groups.clone().any(|group| group.len() > 2);
    let is_mac = colons == 5 && groups.clone().all(|group| group.len() == 2);
    let fits = groups.clone().all(|group| group.len() <= 4)
        && (colons == 7 || is_short && ((3..7).contains(&colons) || is_local) || is_mac)
        && is_alone(start.checked_sub(1))
        && is_alone(Some(end));
    fits.then_some(start..end)
}

fn host_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let is_host = |b: &u8| is_alnum(*b) || matches!(b, b'.' | b'-');
    let run = rest.iter().position(|b| !is_host(b)).unwrap_or(rest.len());
    let host = rest.get(..run).unwrap_or_default();
    at + host.iter().rposition(|&b| is_alnum(b)).map_or(0, |n| n + 1)
}

/// Where a URL ends: before a blank, a delimiter or a quotation mark, without punctuation that ends
/// a sentence.
fn url_end(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let stops = |b: &u8| *b <= b' ' || b"\"<>^~|\\`{}".contains(b);
    let run = rest.iter().position(stops).unwrap_or(rest.len());
    let url = rest.get(..run).unwrap_or_default();
    at + url.iter().rposition(|b| !b".,;:!?)'".contains(b)).map_or(0, |n| n + 1)
}
