//! The words of the programs that unpack, and how they end.

/// What a program prints, and how it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its exit code. Any but 0 fails a restore.
    pub exit: u8,
    /// What it prints, in order.
    pub lines: Vec<Line>,
}

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is about.
    pub kind: LineKind,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineKind {
    /// zstd: a file without a byte.
    ZstdEmpty,
    /// zstd: one to three bytes where a frame may start.
    ZstdUnknownHeader,
    /// zstd: bytes that are none of the formats it knows.
    ZstdUnsupported,
    /// zstd: the file ends too early.
    ZstdCut,
    /// zstd: a frame's checksum.
    ZstdChecksum,
    /// zstd: a window of so many bytes.
    ZstdWindow(u64),
    /// zstd: gzip contents end too early.
    ZstdGzipCut,
    /// zstd: gzip contents whose checksum or length does not agree.
    ZstdGzipDamaged,
    /// lzop: another format.
    LzopNoLzop,
    /// lzop: the file ends too early.
    LzopCut,
    /// lzop: a block's checksum.
    LzopChecksum,
    /// lzop: a header's checksum.
    LzopHeader,
    /// lzop, a warning: a second lzop file behind the first.
    LzopMultipart,
    /// lzop, a warning: something else behind the end.
    LzopGarbage,
    /// gzip: another format.
    GzipNoGzip,
    /// gzip: the file ends too early.
    GzipCut,
    /// gzip: a member's CRC-32.
    GzipChecksum,
    /// gzip: a member's length.
    GzipLength,
    /// gzip: a header's checksum, as it stands and as it should be.
    GzipHeader([u32; 2]),
    /// gzip: a way to pack that it does not know.
    GzipMethod(u8),
    /// gzip, a warning: something else behind the end.
    GzipGarbage,
    /// bzip2: another format.
    Bzip2NoBzip2,
    /// bzip2: the file ends too early.
    Bzip2Cut,
    /// bzip2: a checksum, or something that cannot be decoded.
    Bzip2Damaged,
    /// bzip2, no fault to it: something else behind the end.
    Bzip2Garbage,
    /// That it fails is known, and its words are not: what damage leads a
    /// decoder to say depends on bits that look right.
    Unforeseen,
}

impl Said {
    /// Exit 0, without a word.
    pub(super) fn silent() -> Self {
        Self { exit: 0, lines: Vec::new() }
    }

    pub(super) fn fails(exit: u8, kind: LineKind) -> Self {
        Self::silent().and_fails(exit, kind)
    }

    pub(super) fn and_fails(mut self, exit: u8, kind: LineKind) -> Self {
        self.exit = exit;
        self.lines.push(Line { kind });
        self
    }

    pub(super) fn warn_once(&mut self, exit: u8, kind: LineKind) {
        self.exit = exit;
        if self.lines.iter().all(|line| line.kind != kind) {
            self.lines.push(Line { kind });
        }
    }

    /// Whether a restore goes on to succeed, as far as this program is concerned.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.exit == 0
    }

    /// Whether every word of it is foretold, not just the exit code.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.lines.iter().all(|line| line.kind != LineKind::Unforeseen)
    }
}

impl Line {
    /// Whether the program reads no further behind it.
    pub(super) fn ends(&self) -> bool {
        !matches!(self.kind, LineKind::LzopMultipart)
    }

    /// A stable name in kebab-case, to match on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use LineKind as Kind;
        match self.kind {
            Kind::ZstdEmpty => "empty",
            Kind::ZstdUnknownHeader
            | Kind::ZstdUnsupported
            | Kind::LzopNoLzop
            | Kind::GzipNoGzip
            | Kind::GzipMethod(_)
            | Kind::Bzip2NoBzip2 => "not-its-format",
            Kind::ZstdCut | Kind::ZstdGzipCut | Kind::LzopCut | Kind::GzipCut | Kind::Bzip2Cut => {
                "cut"
            }
            Kind::ZstdChecksum
            | Kind::LzopChecksum
            | Kind::GzipChecksum
            | Kind::GzipLength
            | Kind::ZstdGzipDamaged
            | Kind::Bzip2Damaged => "checksum",
            Kind::LzopHeader | Kind::GzipHeader(_) => "header-checksum",
            Kind::ZstdWindow(_) => "window",
            Kind::LzopMultipart => "multipart",
            Kind::LzopGarbage | Kind::GzipGarbage | Kind::Bzip2Garbage => "trailing-garbage",
            Kind::Unforeseen => "damaged",
        }
    }

    /// What is printed of a `file`, as it is named on the command line, without
    /// what ends the lines; `None` where the words are not foretold. Of bzip2's
    /// the lines that say it: general advice goes on behind them.
    #[must_use]
    pub fn printed(&self, file: &str) -> Option<String> {
        use LineKind as Kind;
        Some(match self.kind {
            Kind::ZstdEmpty => format!("zstd: {file}: unexpected end of file "),
            Kind::ZstdUnknownHeader => format!("zstd: {file}: unknown header "),
            Kind::ZstdUnsupported => format!("zstd: {file}: unsupported format "),
            Kind::ZstdCut => format!("{file} : Read error (39) : premature end "),
            Kind::ZstdChecksum => {
                format!("{file} : Decoding error (36) : Restored data doesn't match checksum ")
            }
            Kind::ZstdWindow(bytes) => window(file, bytes),
            Kind::ZstdGzipCut => format!("zstd: {file}: premature gz end "),
            Kind::ZstdGzipDamaged => format!("zstd: {file}: inflate error -3 "),
            Kind::LzopNoLzop => format!("lzop: {file}: not a lzop file"),
            Kind::LzopCut => format!("lzop: unexpected end of file: {file}"),
            Kind::LzopChecksum => format!("lzop: {file}: Checksum error"),
            Kind::LzopHeader => format!("lzop: {file}: header corrupted (checksum error)"),
            Kind::LzopMultipart => {
                format!("lzop: {file}: warning: this is a multipart archive (try option '-N')")
            }
            Kind::LzopGarbage => {
                format!("lzop: {file}: warning: ignoring trailing garbage in lzop file")
            }
            Kind::GzipNoGzip => format!("\ngzip: {file}: not in gzip format"),
            Kind::GzipCut => format!("\ngzip: {file}: unexpected end of file"),
            Kind::GzipChecksum => format!("\ngzip: {file}: invalid compressed data--crc error"),
            Kind::GzipLength => format!("\ngzip: {file}: invalid compressed data--length error"),
            Kind::GzipHeader([expected, found]) => format!(
                "gzip: {file}: header checksum 0x{expected:04x} != computed checksum 0x{found:04x}"
            ),
            Kind::GzipMethod(method) => {
                format!("gzip: {file}: unknown method {method} -- not supported")
            }
            Kind::GzipGarbage => {
                format!("\ngzip: {file}: decompression OK, trailing garbage ignored")
            }
            Kind::Bzip2NoBzip2 => format!("bzcat: {file} is not a bzip2 file."),
            Kind::Bzip2Cut => "\nbzcat: Compressed file ends unexpectedly;".into(),
            Kind::Bzip2Damaged => "\nbzcat: Data integrity error when decompressing.".into(),
            Kind::Bzip2Garbage => format!("\nbzcat: {file}: trailing garbage after EOF ignored"),
            Kind::Unforeseen => return None,
        })
    }
}

/// zstd says how to unpack it, up to 2 GiB.
fn window(file: &str, bytes: u64) -> String {
    let refused =
        format!("{file} : Decoding error (36) : Frame requires too much memory for decoding \n");
    if bytes > 1 << 31 {
        return format!(
            "{refused}{file} : Window log larger than ZSTD_WINDOWLOG_MAX=31; not supported "
        );
    }
    let log = bytes.max(1).next_power_of_two().trailing_zeros();
    let mebibytes = bytes.div_ceil(1 << 20);
    format!(
        "{refused}{file} : Window size larger than maximum : {bytes} > 134217728 \n\
         {file} : Use --long={log} or --memory={mebibytes}MB "
    )
}
