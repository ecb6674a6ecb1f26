using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>The agent of a rule that has no messages and no duties of its own.</summary>
public sealed class QuietAgent : IConsensusAgent
{
    public static readonly QuietAgent Instance = new();

    public ConsensusView? View => null;

    public void OnTick(At now, bool isCatchingUp)
    {
    }

    public void OnEnvelope(Block block)
    {
    }

    public void OnBlock(SealedHeader block)
    {
    }

    public void OnHead(SealedHeader head, At now)
    {
    }

    public void OnPeerReady(ConsensusPeer peer)
    {
    }

    public void OnMessage(ConsensusPeer peer, ConsensusMessage message, At now) =>
        throw new InvalidOperationException($"No rule here has a message {message.GetType().Name}.");

    public string? OnSubmitted(ConsensusMessage message, At now) => "this chain's consensus has no messages of its own";

    public void OnSigned(IReadOnlyList<SigningAnswer> answers, At now)
    {
    }

    public void OnHeaders(Hash256 from, IReadOnlyList<SealedHeader> headers, At now)
    {
    }

    public void Stop(ReadOnlyMemory<byte> evidence)
    {
    }

    public void SetDuties(IReadOnlyList<DutyHolder> holders, Address beneficiary)
    {
    }

    public void OnTransactions(At now)
    {
    }

    public bool IsWorthRelaying(Block block) => true;
}
