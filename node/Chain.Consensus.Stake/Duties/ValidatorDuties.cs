using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Proposes and votes for the validators of this node (consensus-specs, phase 0 validator guide): a block at the start of a slot
/// whose turn is ours, votes when the slot's block has come or when they are due. Signatures are asked for, all of a slot at
/// once.
/// </summary>
internal sealed class ValidatorDuties(
    IConsensusHost host,
    StakeChain chain,
    StakeGenesisState genesis,
    BlockProposer proposer,
    StakeGossip gossip,
    KeyListener keys)
{
    private readonly Dictionary<(ValidatorKey Key, Hash256 Root), Action<Signature, At>> _asked = [];
    private readonly Dictionary<int, AttestationData> _lastVotes = [];
    private readonly List<(int Index, AttestationData Data, Signature Signature)> _signedVotes = [];
    private readonly List<(Slot Due, Block Block)> _withheld = [];
    private Dictionary<ValidatorKey, StakeDutyHolder> _holders = [];
    private Address _beneficiary;
    private Slot _proposed;
    private Slot _voted;

    /// <summary>The public keys of the validators that this node acts for.</summary>
    public IReadOnlyCollection<ValidatorKey> Keys => _holders.Keys;

    public void Set(IReadOnlyList<StakeDutyHolder> holders, Address beneficiary)
    {
        _holders = holders.ToDictionary(holder => holder.Key);
        _beneficiary = beneficiary;
    }

    public void OnTick(At now)
    {
        var slot = chain.Store.CurrentSlot;
        if (_holders.Count == 0 || slot.Number == 0) return;
        Release(slot, now);
        if (slot > _proposed)
        {
            _proposed = slot;
            Propose(slot);
        }

        if (slot > _voted && now >= chain.Clock.AttestationDue(slot)) Vote(slot);
    }

    /// <summary>The block of this slot is here: votes need not wait until they are due.</summary>
    public void OnHead(Hash256 head)
    {
        var slot = chain.Store.CurrentSlot;
        if (_holders.Count > 0 && slot > _voted && chain.States.After(head).LatestBlockSlot == slot) Vote(slot);
    }

    public void OnSigned(IReadOnlyList<SigningAnswer> answers, At now)
    {
        foreach (var answer in answers)
        {
            if (!_asked.Remove((answer.Request.Key, answer.Request.SigningRoot), out var use)) continue;
            if (answer.Signature is { } signature) use(signature, now);
            else host.Tell(new StakeEvent.SigningRefused(answer.Request.Key, answer.Refusal ?? "no reason given"));
        }

        // Votes over the same data travel together.
        foreach (var group in _signedVotes.GroupBy(vote => vote.Data))
        {
            var votes = group.OrderBy(vote => vote.Index).ToList();
            gossip.OnVotes(null,
                new IndexedAttestation([.. votes.Select(vote => vote.Index)], group.Key,
                    [.. votes.Select(vote => vote.Signature)]));
        }

        _signedVotes.Clear();
    }

    private void Propose(Slot slot)
    {
        var head = chain.FindHead();
        if (chain.States.After(head).LatestBlockSlot >= slot) return;
        if (Turn(head, slot) is not { } turn || turn.Holder.Misbehaviour == Misbehaviour.Offline) return;
        var parent = ParentFor(head, slot);
        if (parent != head && Turn(parent, slot)?.Index != turn.Index) return;
        var (index, holder) = turn;
        var state = chain.States.AtSlot(parent, slot);
        if (state.Slashed[index]) return;
        if (!RevealFor(state, index, holder).IsOk(out var reveal, out var why))
        {
            host.Tell(new StakeEvent.DutySkipped(slot, why));
            return;
        }

        var block = proposer.Make(chain.HeaderOf(parent), slot, index, reveal, _beneficiary);
        Ask(holder, slot, index, block, (signature, now) => Publish(block.Sign(signature), slot, index, holder, now));
        if (holder.Misbehaviour != Misbehaviour.Equivocate) return;

        // The same slot once more, with another beneficiary: another block.
        var second = proposer.Make(chain.HeaderOf(parent), slot, index, reveal,
            new Address([.. _beneficiary.Bytes[..19], (byte)(_beneficiary.Bytes[19] ^ 0xff)]));
        Ask(holder, slot, index, second, (signature, _) =>
        {
            foreach (var peer in host.Peers) host.SendBlock(peer, second.Sign(signature));
        });
    }

    private void Ask(StakeDutyHolder holder, Slot slot, int index, UnsignedBlock block, Action<Signature, At> use)
    {
        var root = genesis.Domain.ProposalRoot(slot, index, block.Header.Hash);
        _asked[(holder.Key, root)] = use;
        host.Sign([holder.Misbehaviour == Misbehaviour.Equivocate
            ? new StakeSigningRequest.Offence(holder.Key, root) : new StakeSigningRequest.Proposal(holder.Key, root, slot)]);
    }

    private void Publish(Block block, Slot slot, int index, StakeDutyHolder holder, At now)
    {
        if (holder.Misbehaviour == Misbehaviour.Withhold)
        {
            _withheld.Add((slot + 1, block));
            return;
        }

        host.Tell(new StakeEvent.Proposed(index, slot, block.Number, block.Hash));
        host.Submit(block, now);
    }

    private void Release(Slot slot, At now)
    {
        foreach (var (_, block) in _withheld.Where(held => held.Due <= slot).ToList()) host.Submit(block, now);
        _withheld.RemoveAll(held => held.Due <= slot);
    }

    /// <summary>Whose turn it is on this branch, if it is one of ours that may sign.</summary>
    private (int Index, StakeDutyHolder Holder)? Turn(Hash256 parent, Slot slot)
    {
        var state = chain.States.AtSlot(parent, slot);
        if (!state.HasActiveValidators()) return null;
        var index = state.GetBeaconProposerIndex(slot);
        return Signer(state, index) is { } holder ? (index, holder) : null;
    }

    /// <summary>Who acts here for a validator, if its key may sign.</summary>
    private StakeDutyHolder? Signer(StakeState state, int index) =>
        _holders.TryGetValue(state.Identities[index].Key, out var holder) && keys.MaySign(holder.Key) ? holder : null;

    /// <summary>get_proposer_head: the head, or its parent where the head came late and weak.</summary>
    private Hash256 ParentFor(Hash256 head, Slot slot)
    {
        var state = chain.States.AtSlot(head, slot);
        var headSlot = chain.States.After(head).LatestBlockSlot;
        if (headSlot.ToEpoch(genesis.Settings.SlotsPerEpoch) + 1 < state.CurrentEpoch || headSlot.Number == 0) return head;
        var committee = state.GetShuffling(headSlot.ToEpoch(genesis.Settings.SlotsPerEpoch)).SlotCommittee(headSlot);
        return ProposerHead.Get(chain.Store, head, slot, committee)?.Root ?? head;
    }

    private Verdict<Hash256, string> RevealFor(StakeState state, int index, StakeDutyHolder holder)
    {
        var (epoch, layers) = (state.CurrentEpoch, genesis.Settings.RandaoOnionLayers);
        var onion = state.Identities[index].Onion.AsOf(epoch, layers);
        if (epoch > onion.LastEpoch)
            return $"the RANDAO onion of validator {index} ended after {onion.LastEpoch}, and none has followed; announce one "
                + $"with `chain validator deposit --renew`";
        if (holder.Reveal(onion, epoch) is not { } reveal)
            return $"the RANDAO commitment {onion.Commitment} of validator {index} is of none of its key's onions";
        return reveal;
    }

    private void Vote(Slot slot)
    {
        _voted = slot;
        var head = chain.FindHead();
        var state = chain.States.AtSlot(head, slot);
        var shuffling = state.GetShuffling(state.CurrentEpoch);
        var requests = new List<SigningRequest>();
        for (ulong committee = 0; committee < shuffling.CommitteesPerSlot; committee++)
        {
            var data = DataOf(state, head, slot, committee);
            foreach (var index in shuffling.Committee(slot, committee))
            {
                if (state.Slashed[index] || Signer(state, index) is not { } holder) continue;
                if (holder.Misbehaviour == Misbehaviour.Offline) continue;
                requests.AddRange(RequestsFor(holder, index, data));
            }
        }

        if (requests.Count > 0) host.Sign(requests);
    }

    private IEnumerable<SigningRequest> RequestsFor(StakeDutyHolder holder, int index, AttestationData data)
    {
        foreach (var vote in VotesOf(holder, index, data))
        {
            var root = genesis.Domain.AttestationRoot(vote);
            _asked[(holder.Key, root)] = (signature, _) => _signedVotes.Add((index, vote, signature));
            yield return holder.Misbehaviour is Misbehaviour.DoubleVote or Misbehaviour.Surround
                ? new StakeSigningRequest.Offence(holder.Key, root)
                : new StakeSigningRequest.Vote(holder.Key, root, vote.Source.Epoch, vote.Target.Epoch);
        }
    }

    /// <summary>What a validator votes for: one thing, unless it misbehaves.</summary>
    private IReadOnlyList<AttestationData> VotesOf(StakeDutyHolder holder, int index, AttestationData data)
    {
        var last = _lastVotes.GetValueOrDefault(index);
        _lastVotes[index] = data;
        return holder.Misbehaviour switch
        {
            Misbehaviour.DoubleVote => [data, data with { BeaconBlockRoot = chain.HeaderOf(data.BeaconBlockRoot).ParentHash }],
            Misbehaviour.Surround when last is { Source.Epoch.Number: > 0 } && last.Target.Epoch < data.Target.Epoch =>
                [data with { Source = new Checkpoint(last.Source.Epoch.Previous, Hash256.Zero) }],
            _ => [data],
        };
    }

    /// <summary>
    /// The vote for a head as its branch's state has it (consensus-specs validator guide, "Construct attestation").
    /// </summary>
    private AttestationData DataOf(StakeState state, Hash256 head, Slot slot, ulong committee)
    {
        var epoch = state.CurrentEpoch;
        var boundary = epoch.StartSlot(genesis.Settings.SlotsPerEpoch) == slot ? head : state.GetBlockRoot(epoch);
        return new AttestationData(slot, committee, head, state.CurrentJustified, new Checkpoint(epoch, boundary));
    }
}
