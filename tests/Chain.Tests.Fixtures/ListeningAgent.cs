using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A rule's agent, and what the node has told it of blocks: "envelope", "block" or "head".</summary>
internal sealed class ListeningAgent(IConsensusAgent inner) : IConsensusAgent
{
    private readonly List<(string What, Hash256 Block)> _heard = [];

    public ConsensusView? View => inner.View;

    /// <summary>In the order in which it was told.</summary>
    public IReadOnlyList<(string What, Hash256 Block)> Heard => _heard;

    /// <summary>These rules with every agent listened to.</summary>
    /// <param name="rules">Whatever rule.</param>
    /// <param name="agents">Each new core's agent is added here.</param>
    public static ConsensusRules In(ConsensusRules rules, List<ListeningAgent> agents) => rules with
    {
        NewEngine = host =>
        {
            var engine = rules.NewEngine(host);
            agents.Add(new ListeningAgent(engine.Agent));
            return engine with { Agent = agents[^1] };
        },
    };

    public void OnEnvelope(Block block)
    {
        _heard.Add(("envelope", block.Hash));
        inner.OnEnvelope(block);
    }

    public void OnBlock(SealedHeader block)
    {
        _heard.Add(("block", block.Hash));
        inner.OnBlock(block);
    }

    public void OnHead(SealedHeader head, At now)
    {
        _heard.Add(("head", head.Hash));
        inner.OnHead(head, now);
    }

    public void OnTick(At now, bool isCatchingUp) => inner.OnTick(now, isCatchingUp);

    public void OnPeerReady(ConsensusPeer peer) => inner.OnPeerReady(peer);

    public void OnMessage(ConsensusPeer peer, ConsensusMessage message, At now) => inner.OnMessage(peer, message, now);

    public string? OnSubmitted(ConsensusMessage message, At now) => inner.OnSubmitted(message, now);

    public void OnSigned(IReadOnlyList<SigningAnswer> answers, At now) => inner.OnSigned(answers, now);

    public void OnHeaders(Hash256 from, IReadOnlyList<SealedHeader> headers, At now) => inner.OnHeaders(from, headers, now);

    public void Stop(ReadOnlyMemory<byte> evidence) => inner.Stop(evidence);

    public void SetDuties(IReadOnlyList<DutyHolder> holders, Address beneficiary) => inner.SetDuties(holders, beneficiary);

    public void OnTransactions(At now) => inner.OnTransactions(now);

    public bool IsWorthRelaying(Block block) => inner.IsWorthRelaying(block);
}
