using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Why a header breaks a rule that only Clique has.</summary>
public abstract record CliqueHeaderError : HeaderError
{
    private CliqueHeaderError()
    {
    }

    /// <summary>The length of extraData leaves no whole number of signers between vanity and seal.</summary>
    public sealed record WrongExtraDataLength(int Got, int Expected) : CliqueHeaderError
    {
        public override string Message => $"extra data of {Got} bytes, expected {Expected}";
    }

    /// <summary>A checkpoint that does not list the signers of its parent.</summary>
    public sealed record WrongCheckpointSigners(string Got, string Expected) : CliqueHeaderError
    {
        public override string Message => $"the checkpoint lists the signers {Got}, expected {Expected}";
    }

    /// <summary>A block earlier than its parent and the period allow.</summary>
    public sealed record TooEarly(ulong Got, ulong Parent, ulong PeriodSeconds) : CliqueHeaderError
    {
        public override string Message => $"timestamp {Got} is less than {PeriodSeconds} s after its parent's, {Parent}";
    }

    /// <summary>The seal is not a signature with a low s.</summary>
    public sealed record UnrecoverableSeal(string Seal) : CliqueHeaderError
    {
        public override string Message => $"the seal {Seal} is no signature with a low s";
    }

    /// <summary>The seal is of an account that is not among the signers.</summary>
    public sealed record UnauthorizedSigner(Address Signer) : CliqueHeaderError
    {
        public override string Message => $"sealed by {Signer}, who is no signer";
    }

    /// <summary>The signer sealed one of the blocks just before.</summary>
    public sealed record SignedRecently(Address Signer, ulong Signed, ulong NextAllowed) : CliqueHeaderError
    {
        public override string Message =>
            $"sealed by {Signer}, who sealed block {Signed} and may seal again from block {NextAllowed} on";
    }

    /// <summary>
    /// Which signers the parent has cannot be told here any more, because too much came in since it was checked.
    /// </summary>
    public sealed record UnknownSigners(Hash256 Parent) : CliqueHeaderError
    {
        public override string Message => $"the signers after its parent {Parent} are no longer known here";
    }
}
