using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Tells <see cref="KeyWatch"/> what the validators of this node are seen to sign, however it came: verified votes from peers,
/// proposals, votes in blocks, also in those that sync brings. Asks for the registration of keys that begin.
/// </summary>
internal sealed class KeyListener(
    IConsensusHost host, StakeGenesisState genesis, StakeChain chain, Slasher slasher, ISignatureVerifier verifier)
{
    private readonly KeyWatch _watch = new(genesis.Settings.SlotsPerEpoch, host.Tell);

    // Looked up only, never walked.
    private readonly Dictionary<int, ValidatorKey> _keys = [];
    private readonly Dictionary<ValidatorKey, int> _indices = [];
    private (int Size, Epoch Epoch)? _registry;
    private Slot? _registeredIn;
    private Slot _lookedIn;
    private IReadOnlyList<SilentValidator>? _silent;

    /// <summary>The active validators of this node that sign nothing. The same object while nothing changed.</summary>
    public IReadOnlyList<SilentValidator> Silent => _silent ??= FindSilent();

    private ulong SlotsPerEpoch => genesis.Settings.SlotsPerEpoch;

    public bool MaySign(ValidatorKey key) => _watch.MaySign(key);

    /// <summary>From now on the node acts for these.</summary>
    public void Set(IReadOnlyList<StakeDutyHolder> holders)
    {
        _watch.Set(holders, chain.Store.CurrentSlot);
        (_silent, _registry) = (null, null);
        FindIndices();
        CompareWithSlasher();
    }

    /// <summary>Time has passed; before duties are looked at.</summary>
    public void OnTick(bool isCatchingUp)
    {
        if (_watch.Keys.Count == 0) return;
        var now = chain.Store.CurrentSlot;
        FindIndices();
        var mustHear = _watch.IsListening || !_watch.HasJoined;
        _watch.OnTick(now, mustHear ? WhyDeaf(isCatchingUp) : null, WasActive);
        if (now != _lookedIn && _watch.HasSilentKeys) _silent = null;
        _lookedIn = now;

        // Once a slot: where the history cannot be written, it is tried again in the next.
        if (!isCatchingUp && now != _registeredIn) Register(now);
    }

    /// <summary>Verified votes.</summary>
    public void OnVotes(IndexedAttestation votes)
    {
        if (_watch.Keys.Count == 0) return;
        var message = new OwnMessage(votes.Data.Slot, votes.Data.Target.Epoch);
        Hash256? root = null;
        var hasOthers = false;
        for (var i = 0; i < votes.AttestingIndices.Count; i++)
        {
            if (!_keys.TryGetValue(votes.AttestingIndices[i], out var key)) hasOthers = true;
            if (key is null || !_watch.IsOfInterest(key, message)) continue;

            // Under this index another branch may have another validator, so only the key's own signature counts.
            if (verifier.IsBy(key, root ??= genesis.Domain.AttestationRoot(votes.Data), votes.Signatures[i])) Hear(key, message);
        }

        if (hasOthers) _watch.HearOthers(votes.Data.Target.Epoch);
    }

    /// <summary>A proposal whose signature is good.</summary>
    public void OnProposal(SignedProposal proposal)
    {
        if (_watch.Keys.Count == 0) return;
        var (slot, proposer) = (proposal.Slot, proposal.ProposerIndex);
        var message = new OwnMessage(slot, Target: null);
        if (!_keys.TryGetValue(proposer, out var key)) _watch.HearOthers(slot.ToEpoch(SlotsPerEpoch));
        if (key is null || !_watch.IsOfInterest(key, message)) return;
        var root = genesis.Domain.ProposalRoot(slot, proposer, proposal.BlockHash);
        if (verifier.IsBy(key, root, proposal.Signature)) Hear(key, message);
    }

    /// <summary>What became of a registration.</summary>
    public void OnRegistered(SigningAnswer answer)
    {
        if (answer.Refusal is not { } refusal) return;
        _watch.OnNotRegistered(answer.Request.Key);
        host.Tell(new StakeEvent.SigningRefused(answer.Request.Key, refusal));
    }

    private void Hear(ValidatorKey key, OwnMessage message)
    {
        _watch.Hear(key, message, chain.Store.CurrentSlot);
        _silent = null;
    }

    /// <summary>What was heard before the node acted for its keys, or is in blocks from before it was started.</summary>
    private void CompareWithSlasher()
    {
        foreach (var key in _watch.Keys)
        {
            if (key.Holder.Past is not { } past || !_indices.TryGetValue(key.Key, out var index)) continue;
            var first = past.LastTarget is { } last && last >= slasher.OldestEpoch ? last : slasher.OldestEpoch;
            for (var epoch = first; epoch <= chain.Store.CurrentEpoch; epoch += 1)
            {
                if (slasher.VoteOf(index, epoch) is { } vote) Hear(key.Key, new OwnMessage(vote.Slot, epoch));
            }
        }
    }

    /// <summary>Makes the keys that begin known to the history, which signs for no other.</summary>
    private void Register(Slot now)
    {
        var ready = _watch.TakeReady();
        if (ready.Count == 0) return;
        (_registeredIn, _silent) = (now, null);
        host.Sign([.. ready.Select(key => key.HasUnknownPast
            ? new StakeSigningRequest.Registration(key.Key, BlocksUpTo(key, now), VotesUpTo(key, now))
            : new StakeSigningRequest.Registration(key.Key, null, null))]);
    }

    // A key that was listened for begins with this slot and epoch; one that was not may have signed in them already.
    private static Slot BlocksUpTo(WatchedKey key, Slot now) => key.Holder.IsTrusted ? now : now - 1;

    /// <summary>No source before those the key may have voted from, so that its unknown votes are not surrounded.</summary>
    private VoteMinimum VotesUpTo(WatchedKey key, Slot now)
    {
        var (epoch, source) = (now.ToEpoch(SlotsPerEpoch), chain.Store.Justified.Epoch);
        if (_indices.TryGetValue(key.Key, out var index))
        {
            for (var target = slasher.OldestEpoch; target <= epoch; target += 1)
            {
                if (slasher.VoteOf(index, target) is { } vote && vote.Source.Epoch > source) source = vote.Source.Epoch;
            }
        }

        return new VoteMinimum(source, key.Holder.IsTrusted ? epoch : epoch.Previous);
    }

    private string? WhyDeaf(bool isCatchingUp)
    {
        if (isCatchingUp) return "the node was catching up";
        return host.Peers.Count == 0 ? "the node had no peers" : null;
    }

    private bool WasActive(ValidatorKey key, Epoch epoch) =>
        _indices.TryGetValue(key, out var index) && HeadState().Validator(index).IsActive(epoch);

    private IReadOnlyList<SilentValidator> FindSilent()
    {
        var (now, silent) = (chain.Store.CurrentSlot, new List<SilentValidator>());
        foreach (var key in _watch.Keys)
        {
            if (_watch.SilenceOf(key, now) is not { } silence || !WasActive(key.Key, now.ToEpoch(SlotsPerEpoch))) continue;
            silent.Add(new SilentValidator(_indices[key.Key], key.Key, silence));
        }

        return silent.Count == 0 ? [] : [.. silent.OrderBy(validator => validator.Index)];
    }

    /// <summary>
    /// Which validators the keys belong to, on the head's branch; looked up again in each epoch. A validator whose deposit is not
    /// final may have another index on another branch, but it is not active there either.
    /// </summary>
    private void FindIndices()
    {
        var state = HeadState();
        var registry = (state.ValidatorCount, chain.Store.CurrentEpoch);
        if (registry == _registry) return;
        _registry = registry;
        _keys.Clear();
        _indices.Clear();
        var own = _watch.Keys.Select(key => key.Key).ToHashSet();
        for (var index = 0; index < state.ValidatorCount; index++)
        {
            if (!own.Contains(state.Identities[index].Key)) continue;
            _keys[index] = state.Identities[index].Key;
            _indices[state.Identities[index].Key] = index;
        }
    }

    private StakeState HeadState() => chain.States.After(chain.FindHead());
}
