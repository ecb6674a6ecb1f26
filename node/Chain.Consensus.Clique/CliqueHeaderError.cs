using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Why a header breaks a rule that only Clique has.</summary>
public abstract record CliqueHeaderError : HeaderError
{
    private CliqueHeaderError()
    {
    }

    /// <summary>The length of extraData leaves no whole number of signers between vanity and seal.</summary>
    public sealed record WrongExtraDataLength(int Got, int Expected) : CliqueHeaderError;

    /// <summary>A checkpoint that does not list the signers of its parent.</summary>
    public sealed record WrongCheckpointSigners(string Got, string Expected) : CliqueHeaderError;

    /// <summary>A block earlier than its parent and the period allow.</summary>
    public sealed record TooEarly(ulong Got, ulong Parent, ulong PeriodSeconds) : CliqueHeaderError;

    /// <summary>The seal is not a signature with a low s.</summary>
    public sealed record UnrecoverableSeal(string Seal) : CliqueHeaderError;

    /// <summary>The seal is of an account that is not among the signers.</summary>
    public sealed record UnauthorizedSigner(Address Signer) : CliqueHeaderError;

    /// <summary>The signer sealed one of the blocks just before.</summary>
    public sealed record SignedRecently(Address Signer, ulong Signed, ulong NextAllowed) : CliqueHeaderError;

    /// <summary>
    /// Which signers the parent has cannot be told here any more, because too much came in since it was checked.
    /// </summary>
    public sealed record UnknownSigners(Hash256 Parent) : CliqueHeaderError;
}
