//! Why a block cannot be decoded.

/// A block that cannot be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecodable {
    /// It takes a table of a block before that is not known.
    NeedsTable(Part),
    /// It is not what the format allows.
    Corrupt(Part),
}

/// A part of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The block as a whole: its size, or where its parts end.
    Block,
    /// The literals (§ 3.1.1.3.1).
    Literals,
    /// The description of the Huffman tree (§ 4.2.1).
    HuffmanTree,
    /// The header of the sequences (§ 3.1.1.3.2.1).
    SequencesHeader,
    /// The table of literal lengths (§ 3.1.1.3.2.1.1).
    LiteralLengths,
    /// The table of offsets.
    Offsets,
    /// The table of match lengths.
    MatchLengths,
    /// The bits of the sequences (§ 3.1.1.3.2.1.2).
    Sequences,
    /// What the sequences copy, and where from (§ 3.1.1.4).
    Execution,
}
