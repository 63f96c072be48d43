//! How the program ends, without the words: small, so that it can be kept and
//! compared; the words are put together when someone asks.

use core::fmt::Write;

use super::verdict::Verdict;

/// How the program ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// At the end of the archive, without a fault.
    Accepts,
    /// With a message: `%d` stands for the numbers in their order, signed; `%u`
    /// for the same, unsigned; `%s` for the name of the device with this id, or
    /// for 0 of a config.
    Says(&'static str, [u64; 2], u8),
    /// By an assertion that does not hold.
    Aborts(&'static str),
    /// By reading memory that is not there.
    Crashes,
}

impl End {
    /// With a message that holds no number.
    pub(super) fn says(message: &'static str) -> Self {
        Self::Says(message, [0; 2], 0)
    }

    /// The words, with the name that `names` tells of an id.
    pub(super) fn verdict<'a>(self, names: impl Fn(u8) -> &'a str) -> Verdict {
        match self {
            Self::Accepts => Verdict::Accepts,
            Self::Says(text, numbers, id) => Verdict::Fails(filled(text, numbers, names(id))),
            Self::Aborts(assertion) => Verdict::Aborts(assertion),
            Self::Crashes => Verdict::Crashes,
        }
    }
}

/// A number of 32 bits as it is counted with its sign.
pub(super) fn signed(number: u32) -> u64 {
    i64::from(number.cast_signed()).cast_unsigned()
}

fn filled(text: &str, numbers: [u64; 2], name: &str) -> String {
    let mut numbers = numbers.into_iter();
    let mut parts = text.split('%');
    let mut whole = String::from(parts.next().unwrap_or_default());
    for part in parts {
        let (what, rest) = part.split_at_checked(1).unwrap_or(("", part));
        // Writing to a string cannot fail.
        let _ = match what {
            "d" => write!(whole, "{}", numbers.next().unwrap_or_default().cast_signed()),
            "u" => write!(whole, "{}", numbers.next().unwrap_or_default()),
            _ => whole.write_str(name),
        };
        whole.push_str(rest);
    }
    whole
}
