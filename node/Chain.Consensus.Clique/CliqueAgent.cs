using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// The duties of a node's signers, what they vote for, and the picture of both. Clique has no messages between nodes.
/// </summary>
internal sealed class CliqueAgent(IConsensusHost host, CliqueSettings settings, CliqueChain chain, CliqueSealer sealer,
    CliqueProposals proposals, CliqueClock clock) : IConsensusAgent
{
    // What a block and a transaction take to travel, beyond the delays of the signers.
    private const long StallMarginMs = 2_000;

    private IReadOnlyList<Address>? _signers;
    private CliqueView? _view;
    private long _viewVersion;
    private bool _isStopped;
    private bool _isCatchingUp;
    private bool _isStalled;

    public ConsensusView View
    {
        get
        {
            var isCurrent = _view is not null && _view.Hash == chain.HeadHash && _view.IsStalled == _isStalled
                && _viewVersion == proposals.Version;
            if (!isCurrent) (_view, _viewVersion) = (Build(), proposals.Version);
            return _view!;
        }
    }

    public void OnTick(At now, bool isCatchingUp)
    {
        _isCatchingUp = isCatchingUp;
        Act(now);
        NoteStall(now);
    }

    public void OnEnvelope(Block block)
    {
    }

    public void OnBlock(SealedHeader block)
    {
    }

    public void OnHead(SealedHeader head, At now)
    {
        ArgumentNullException.ThrowIfNull(head);
        var snapshot = chain.SnapshotOf(head);
        if (head.Number % CliqueSnapshots.KeptEvery == 0) host.Keep(head.Hash, CliqueSnapshotCodec.Encode(snapshot));
        TellChanges(snapshot);
        _isStalled = false;
        Act(now);
    }

    public void OnTransactions(At now) => Act(now);

    public void OnPeerReady(ConsensusPeer peer)
    {
    }

    public void OnMessage(ConsensusPeer peer, ConsensusMessage message, At now) =>
        throw new InvalidOperationException($"Clique has no message {message.GetType().Name} between nodes.");

    public string? OnSubmitted(ConsensusMessage message, At now)
    {
        if (message is not CliqueMessage proposal) return "this is not a message of Clique";
        return sealer.HasSigners ? proposals.Take(proposal, chain.SnapshotOf(chain.Head)) : "this node has no signer to vote";
    }

    public void OnSigned(IReadOnlyList<SigningAnswer> answers, At now)
    {
        if (!_isStopped) sealer.OnSigned(answers, now);
    }

    public void OnHeaders(Hash256 from, IReadOnlyList<SealedHeader> headers, At now)
    {
    }

    public void Stop(ReadOnlyMemory<byte> evidence) => _isStopped = true;

    public void SetDuties(IReadOnlyList<DutyHolder> holders, Address beneficiary) =>
        sealer.SetSigners([.. holders.Cast<CliqueDutyHolder>()]);

    public bool IsWorthRelaying(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return sealer.IsWorthRelaying(block);
    }

    private void Act(At now)
    {
        sealer.Observe(now);
        if (!_isStopped && !_isCatchingUp) sealer.Act(now);
    }

    /// <summary>Says once for each head that nobody goes on from it.</summary>
    private void NoteStall(At now)
    {
        if (_isStalled || _isCatchingUp || sealer.WaitsSince is not { } since) return;
        var head = chain.Head;
        var snapshot = chain.SnapshotOf(head);
        var last = Math.Max(clock.DueMs(head), since.UnixMs) + CliqueClock.LongestDelayMs(snapshot) + StallMarginMs;
        if (now.UnixMs <= last) return;
        _isStalled = true;
        host.Tell(new CliqueEvent.Stalled(head.Number, CliqueView.MaySignAfter(snapshot)));
    }

    private void TellChanges(CliqueSnapshot snapshot)
    {
        var (before, now) = (_signers, snapshot.Signers);
        _signers = now;
        if (before is null || now.SequenceEqual(before)) return;
        host.Tell(new CliqueEvent.SignersChanged(snapshot.Number, [.. now.Except(before)], [.. before.Except(now)], now.Length));
    }

    private CliqueView Build()
    {
        return CliqueView.Of(settings, chain.SnapshotOf(chain.Head)) with { Proposals = proposals.All, IsStalled = _isStalled };
    }
}
