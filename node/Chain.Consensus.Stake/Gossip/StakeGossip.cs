using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Votes, evidence and exits from peers: judged before anything is relayed (consensus-specs, phase 0 p2p-interface). A vote goes
/// to the slasher once its signature is good, whatever else is wrong with it; to the pool, the fork choice and the other peers
/// only when it is in time, by a member of the committee, and the validator's first for its epoch.
/// </summary>
internal sealed class StakeGossip(
    IConsensusHost host, StakeChain chain, StakeGenesisState genesis, AttestationPool pool, OffenceWatch watch,
    ConflictingFinality finality, WaitingVotes waiting, ISignatureVerifier verifier)
{
    private readonly VoteBook _book = new();

    private ProofOfStakeSettings Settings => genesis.Settings;

    /// <summary>The validators below this index are the same on all branches that can still win.</summary>
    private int SettledCount => chain.States.After(chain.Store.Finalized.Root).ValidatorCount;

    /// <summary>A new slot: what came early may be in time now.</summary>
    public void OnSlot()
    {
        _book.Prune(chain.Store.CurrentEpoch);
        foreach (var (from, votes) in waiting.Take(VoteWait.SlotBegins, data => data.Slot <= chain.Store.CurrentSlot))
            Accept(from, votes);

        // No chain will count them any more, whatever block comes.
        waiting.Take(VoteWait.BlockComes, data => data.Target.Epoch + 1 < chain.Store.CurrentEpoch);
    }

    /// <summary>A block that votes were waiting for.</summary>
    public void OnBlock(Hash256 block)
    {
        // Taken out first: what still misses another block goes back to the end.
        foreach (var (from, votes) in waiting.Take(VoteWait.BlockComes,
            data => data.BeaconBlockRoot == block || data.Target.Root == block))
            Accept(from, votes);
    }

    public void OnVotes(ConsensusPeer? from, IndexedAttestation votes)
    {
        var data = votes.Data;
        if (Malformed(votes) is { } malformed)
        {
            Punish(from, 100, malformed);
            return;
        }

        var current = chain.Store.CurrentSlot;
        if (data.Slot > current + 1)
        {
            // It may be our clock that is wrong: neither kept nor held against anybody.
            if (chain.Clock.IsFarFuture(data.Slot, current)) Punish(from, 10, $"a vote for {data.Slot}, now is {current}");
            return;
        }

        if (Fresh(votes) is not { } fresh || Judgeable(fresh) is not { } judgeable
            || Verified(from, judgeable) is not { } verified)
            return;
        watch.OnVotes(verified);
        finality.OnVotes(verified);
        if (data.Slot > current) waiting.Add(VoteWait.SlotBegins, from, verified);
        else Accept(from, verified);
    }

    /// <summary>Evidence of others, or a wish to leave; why it is not taken, or null.</summary>
    public string? OnOperation(ConsensusPeer? from, StakeMessage message)
    {
        if (watch.IsKnown(message)) return null;
        var head = chain.FindHead();
        if (watch.Judge(message, chain.States.AtSlot(head, chain.Store.CurrentSlot), verifier) is { } refusal)
        {
            Punish(from, refusal.Points, refusal.Why);
            return refusal.Why;
        }

        switch (message)
        {
            case StakeMessage.DoubleProposal m:
                watch.Take(m.Evidence, from);
                break;
            case StakeMessage.SlashableVotes m:
                watch.Take(m.Evidence, from);
                break;
            case StakeMessage.Exit m:
                watch.Take(m.VoluntaryExit, from);
                break;
        }

        return null;
    }

    /// <summary>
    /// Those of these votes that are signed by validators whose keys are known here; null for none. A bad one costs the sender.
    /// </summary>
    /// <param name="from">Who sent them.</param>
    /// <param name="votes">Not <see cref="Malformed"/>.</param>
    public IndexedAttestation? Verify(ConsensusPeer from, IndexedAttestation votes) =>
        Judgeable(votes) is { } judgeable ? Verified(from, judgeable) : null;

    /// <summary>What no honest node sends, whatever its chain looks like.</summary>
    public string? Malformed(IndexedAttestation votes)
    {
        if (!votes.HasSortedUniqueIndices()) return "votes of nobody, or with repeated or unsorted validators";
        if (votes.Signatures.Count != votes.AttestingIndices.Count)
            return $"{votes.AttestingIndices.Count} votes with {votes.Signatures.Count} signatures";
        return votes.Data.Target.Epoch != votes.Data.Slot.ToEpoch(Settings.SlotsPerEpoch)
            ? $"a vote in {votes.Data.Slot} for {votes.Data.Target.Epoch}"
            : null;
    }

    /// <summary>The votes without those that were heard before; null when none is left.</summary>
    private IndexedAttestation? Fresh(IndexedAttestation votes) =>
        votes.Where(validator =>
            _book.Find(votes.Data.Target.Epoch, validator) != votes.Data && !waiting.Contains(validator, votes.Data));

    /// <summary>
    /// The votes of validators whose keys are known here; null when none is left. Who joined after what is final has another
    /// index on another branch, or none: such votes can be judged once the block that they are for is here, and cost nobody
    /// anything before.
    /// </summary>
    private IndexedAttestation? Judgeable(IndexedAttestation votes)
    {
        if (chain.Store.Contains(votes.Data.BeaconBlockRoot)) return votes;
        var settled = SettledCount;
        return votes.Where(validator => validator < settled);
    }

    /// <summary>
    /// The votes if all are signed by those whom they name; else null, and the sender pays. On a branch that left ours before
    /// what is final here somebody else may have joined under an index: where it is not known which branch a vote is for, such a
    /// vote is left out.
    /// </summary>
    private IndexedAttestation? Verified(ConsensusPeer? from, IndexedAttestation votes)
    {
        // Keys never change, so that any registry serves for those who are in all of them.
        var isBranchKnown = chain.Store.Contains(votes.Data.BeaconBlockRoot);
        var state = chain.States.After(isBranchKnown && votes.AttestingIndices[^1] >= SettledCount
            ? votes.Data.BeaconBlockRoot : chain.FindHead());
        var root = genesis.Domain.AttestationRoot(votes.Data);
        var strangers = new List<int>();
        for (var i = 0; i < votes.AttestingIndices.Count; i++)
        {
            var validator = votes.AttestingIndices[i];
            if (validator < state.ValidatorCount && verifier.IsBy(state.Identities[validator].Key, root, votes.Signatures[i]))
                continue;
            if (isBranchKnown || validator < finality.SharedValidators)
            {
                Punish(from, 100,
                    validator < state.ValidatorCount
                    ? $"a vote that validator {validator} did not sign"
                    : $"a vote of validator {validator}; there are {state.ValidatorCount}");
                return null;
            }

            strangers.Add(validator);
        }

        return strangers.Count == 0 ? votes : votes.Where(validator => !strangers.Contains(validator));
    }

    /// <summary>Verified votes: to the pool, the fork choice and the other peers, if they are in time and in place.</summary>
    private void Accept(ConsensusPeer? from, IndexedAttestation verified)
    {
        var data = verified.Data;
        switch (chain.Store.CheckAttestation(data, isFromBlock: false))
        {
            case null or ForkChoiceError.AttestationSlotNotPast:
                break;
            case ForkChoiceError.UnknownBlock or ForkChoiceError.UnknownTarget:
                waiting.Add(VoteWait.BlockComes, from, verified);
                return;
            case ForkChoiceError.TargetEpochNotCurrentOrPrevious:
                return;
            case var error:
                Punish(from, 10, $"a vote that contradicts itself: {error}");
                return;
        }

        // A validator's second, different vote for an epoch stays with the slasher.
        if (verified.Where(validator => _book.Find(data.Target.Epoch, validator) is null) is not { } first) return;
        var shuffling = chain.States.AtCheckpoint(data.Target).GetShuffling(data.Target.Epoch);
        var committee = data.Index < shuffling.CommitteesPerSlot ? shuffling.Committee(data.Slot, data.Index).ToArray() : [];
        if (first.AttestingIndices.FirstOrDefault(validator => !committee.Contains(validator), -1) is >= 0 and var outsider)
        {
            Punish(from, 50, $"a vote of validator {outsider} for a committee that it is not in");
            return;
        }

        foreach (var validator in first.AttestingIndices) _book.Add(data.Target.Epoch, validator, data);
        chain.OnVotes(first);
        pool.Add(first);
        host.Broadcast(new StakeMessage.Votes(first), from);
    }

    private void Punish(ConsensusPeer? from, int points, string why)
    {
        if (from is { } peer && points > 0) host.Punish(peer, points, why);
    }
}
