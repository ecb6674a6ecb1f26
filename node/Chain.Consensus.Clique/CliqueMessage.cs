using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>What a user tells a node's signers. It never travels: votes are in headers.</summary>
public abstract record CliqueMessage : ConsensusMessage
{
    private CliqueMessage()
    {
    }

    /// <summary>Vote for this from now on, in place of an earlier proposal about the account.</summary>
    public sealed record Propose(Address Account, bool Authorize) : CliqueMessage;

    /// <summary>Cast no more votes about this account.</summary>
    public sealed record Discard(Address Account) : CliqueMessage;
}
