//! Where the writer writes: plain values and keys, in copies of constant size.

/// The size of the block that is filled before it goes to the output: the first cache holds it
/// beside the message.
pub(super) const BLOCK: usize = 8 * 1024;

/// What [`Sink::room`] guarantees: longer than all that is written for one value without asking
/// again.
const ROOM: usize = 256;

/// Values up to this length are copied with what stands behind them, for a copy of constant size
/// is two instructions.
const SHORT: usize = 32;

/// Values up to this length go into the block.
const MEDIUM: usize = 128;

/// A key with what stands before and behind it, at the front of a block of constant size.
#[derive(Clone, Copy)]
struct Key {
    bytes: [u8; 16],
    len: u8,
}

/// The numbers whose keys are prepared: 1 to one less than this.
const KEYS: usize = 128;

/// `,"n":"`
static VALUE_KEYS: [Key; KEYS] = keys(b",\"", b":\"");

/// `"n":"`
static FIRST_KEYS: [Key; KEYS] = keys(b"\"", b":\"");

/// `,"n":[{"1":"`, whose beginning `,"n":[` is needed, too.
static FIELD_KEYS: [Key; KEYS] = keys(b",\"", b":[{\"1\":\"");

/// What stands behind `,"n":[` in [`FIELD_KEYS`].
const FIRST_COMPONENT: usize = b"{\"1\":\"".len();

const fn keys(prefix: &[u8], suffix: &[u8]) -> [Key; KEYS] {
    let mut keys = [Key { bytes: [0; 16], len: 0 }; KEYS];
    let mut n = 0;
    while n < KEYS {
        let mut bytes = [0; 16];
        let mut len = 0;
        while len < prefix.len() {
            bytes[len] = prefix[len];
            len += 1;
        }
        let mut power = 100;
        while power > 0 {
            if n >= power || power == 1 {
                bytes[len] = b'0' + (n / power % 10) as u8;
                len += 1;
            }
            power /= 10;
        }
        bytes[len] = b'"';
        len += 1;
        let mut i = 0;
        while i < suffix.len() {
            bytes[len] = suffix[i];
            len += 1;
            i += 1;
        }
        keys[n] = Key { bytes, len: len as u8 };
        n += 1;
    }
    keys
}

/// The output: a block whose bytes can be written at any place without a look at its length,
/// unlike the end of a vector.
pub(super) struct Sink<'a> {
    block: &'a mut [u8; BLOCK],
    at: usize,
    out: &'a mut Vec<u8>,
}

impl<'a> Sink<'a> {
    pub(super) fn new(block: &'a mut [u8; BLOCK], out: &'a mut Vec<u8>) -> Self {
        Self { block, at: 0, out }
    }

    /// Takes the last byte of a key back, the quote before a value.
    #[inline(always)]
    pub(super) fn take_back(&mut self) {
        self.at -= 1;
    }

    /// Makes sure that there are [`ROOM`] bytes.
    #[inline(always)]
    pub(super) fn room(&mut self) {
        if self.at > BLOCK - ROOM {
            self.flush();
        }
    }

    #[cold]
    pub(super) fn flush(&mut self) {
        self.out.extend_from_slice(&self.block[..self.at]);
        self.at = 0;
    }

    /// Writes the first `len` of a few bytes; their number is constant.
    #[inline(always)]
    pub(super) fn fixed<const N: usize>(&mut self, bytes: &[u8; N], len: usize) {
        self.block[self.at..self.at + N].copy_from_slice(bytes);
        self.at += len;
    }

    /// Writes `,"n":"`, or without the comma.
    #[inline(always)]
    pub(super) fn key(&mut self, number: usize, comma: bool) {
        let keys = if comma { &VALUE_KEYS } else { &FIRST_KEYS };
        match keys.get(number) {
            Some(key) => self.fixed(&key.bytes, usize::from(key.len)),
            None => self.long_key(number, comma, b":\""),
        }
    }

    /// Writes `,"n":[`.
    #[inline(always)]
    pub(super) fn field_key(&mut self, number: usize) {
        match FIELD_KEYS.get(number) {
            Some(key) => self.fixed(&key.bytes, usize::from(key.len) - FIRST_COMPONENT),
            None => self.long_key(number, true, b":["),
        }
    }

    /// Writes a field that is one plain value, `bytes[start..end]`: `,"n":[{"1":"value"}]`.
    #[inline(always)]
    pub(super) fn field(&mut self, number: usize, bytes: &[u8], start: usize, end: usize) {
        self.room();
        match FIELD_KEYS.get(number) {
            Some(key) if self.short(key, bytes, start, end, *b"\"}]\0", 3) => {}
            key => {
                match key {
                    Some(key) => self.fixed(&key.bytes, usize::from(key.len)),
                    None => self.long_key(number, true, b":[{\"1\":\""),
                }
                self.leaf(bytes, start, end);
                self.fixed(b"\"}]", 3);
            }
        }
    }

    /// Writes a plain value with its key: `,"n":"value"`, or without the comma.
    #[inline(always)]
    pub(super) fn value(
        &mut self,
        number: usize,
        comma: bool,
        bytes: &[u8],
        start: usize,
        end: usize,
    ) {
        self.room();
        let keys = if comma { &VALUE_KEYS } else { &FIRST_KEYS };
        match keys.get(number) {
            Some(key) if self.short(key, bytes, start, end, *b"\"\0\0\0", 1) => {}
            _ => {
                self.key(number, comma);
                self.leaf(bytes, start, end);
                self.fixed(b"\"", 1);
            }
        }
    }

    /// Writes a key, a value and what closes it, if the value is short: one check of bounds for
    /// all three, for the masks tell the compiler how far they reach.
    #[inline(always)]
    fn short(
        &mut self,
        key: &Key,
        bytes: &[u8],
        start: usize,
        end: usize,
        close: [u8; 4],
        close_len: usize,
    ) -> bool {
        let len = end - start;
        if len < SHORT
            && let Some(source) = bytes.get(start..).and_then(|rest| rest.first_chunk::<SHORT>())
            && let Some(to) =
                self.block.get_mut(self.at..).and_then(|to| to.first_chunk_mut::<64>())
        {
            let key_end = usize::from(key.len) & 15;
            let value_end = key_end + (len & (SHORT - 1));
            to[..16].copy_from_slice(&key.bytes);
            to[key_end..key_end + SHORT].copy_from_slice(source);
            to[value_end..value_end + 4].copy_from_slice(&close);
            self.at += value_end + close_len;
            true
        } else {
            false
        }
    }

    #[cold]
    fn long_key(&mut self, number: usize, comma: bool, suffix: &[u8]) {
        self.put(if comma { b",\"" } else { b"\"" });
        self.put(number.to_string().as_bytes());
        self.put(b"\"");
        self.put(suffix);
    }

    /// Writes a plain value, `bytes[start..end]`.
    #[inline(always)]
    pub(super) fn leaf(&mut self, bytes: &[u8], start: usize, end: usize) {
        let len = end - start;
        if len <= SHORT
            && let Some(source) = bytes.get(start..start + SHORT)
        {
            self.block[self.at..self.at + SHORT].copy_from_slice(source);
            self.at += len;
        } else {
            self.put(bytes.get(start..end).unwrap_or_default());
        }
    }

    /// Writes any bytes, and makes room behind them.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if bytes.len() <= MEDIUM {
            self.room();
            self.block[self.at..self.at + bytes.len()].copy_from_slice(bytes);
            self.at += bytes.len();
        } else {
            self.flush();
            self.out.extend_from_slice(bytes);
        }
    }
}
