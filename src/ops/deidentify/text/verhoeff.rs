//! The check digit of Verhoeff.

/// Whether the last of some digits is that of the others.
pub(super) fn is_right(digits: &[u8]) -> bool {
    const TIMES: [[u8; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let check = digits.iter().rev().enumerate().fold(0_u8, |check, (n, byte)| {
        let turned = (0..n % 8).fold(byte.wrapping_sub(b'0'), |d, _| {
            TURN.get(usize::from(d)).copied().unwrap_or_default()
        });
        TIMES
            .get(usize::from(check))
            .and_then(|row| row.get(usize::from(turned)))
            .copied()
            .unwrap_or_default()
    });
    check == 0
}
