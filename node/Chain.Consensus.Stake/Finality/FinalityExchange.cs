using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Histories that travel whole, so that what one node has proven does not end with it: a stopped node shows both to its peers,
/// and each weighs the one that it has not by itself. What a peer shows counts for nothing until its signatures are verified, its
/// headers lead to blocks that are here, and <see cref="FinalityGuard"/> finds its stake heavy enough.
/// </summary>
internal sealed class FinalityExchange(IConsensusHost host, StakeChain chain, StakeGossip gossip, OffenceWatch offences,
    ConflictingFinality finality)
{
    private const int MalformedPoints = 100;
    private const int NothingPoints = 5;
    private const int MaxHeld = 8;
    private const ulong SlotsHeld = 8;

    // By content, so that a false one cannot take the place of a true one.
    private readonly BoundedSet<Hash256> _seen = new(256);

    // Whose headers are still asked for, or that wait until this node knows the end of its own chain: one of each peer.
    private readonly SortedDictionary<long, Held> _held = [];

    private sealed record Held(FinalityProof Proof, FinalityLinks Links, Slot Last);

    /// <summary>A peer shows a history.</summary>
    public void OnHistory(ConsensusPeer peer, FinalityProof proof, bool isCatchingUp)
    {
        if (finality.Conflict is not null || _held.ContainsKey(peer.Number)) return;
        if (FindFault(proof) is { } fault)
        {
            host.Punish(peer, MalformedPoints, fault);
            return;
        }

        // It may be our clock that is wrong, and what our own chain has proves nothing new.
        if (proof.Votes.Any(votes => votes.Data.Slot > chain.Store.CurrentSlot + 1) || proof.Votes.All(IsOurs)
            || !_seen.Add(HashOf(proof)))
            return;
        var verified = proof.Votes.Select(votes => gossip.Verify(peer, votes)).OfType<IndexedAttestation>().ToList();
        foreach (var votes in verified)
        {
            offences.OnVotes(votes);
            finality.OnVotes(votes);
        }

        finality.Learn(proof.Headers);
        Weigh(peer, new Held(proof, finality.Collect(verified), chain.Store.CurrentSlot + SlotsHeld), isCatchingUp);
    }

    /// <summary>Weighs again what waits: a slot has begun, or headers have come.</summary>
    public void Retry(bool isCatchingUp)
    {
        foreach (var (peer, held) in _held.ToList())
        {
            _held.Remove(peer);
            Weigh(new ConsensusPeer(peer), isCatchingUp ? held with { Last = chain.Store.CurrentSlot + SlotsHeld } : held,
                isCatchingUp);
        }
    }

    /// <summary>What no honest node sends; asked before anything is worked out from the numbers in it.</summary>
    private string? FindFault(FinalityProof proof)
    {
        if (proof.Votes.Count == 0) return "a history without votes";
        if (!proof.IsLinked) return "a history with headers that do not lead down from a checkpoint of its votes";
        return proof.Votes.Any(votes => votes.Data.Source.Epoch >= votes.Data.Target.Epoch)
            ? "a history with a link that leads backwards"
            : proof.Votes.Select(gossip.Malformed).FirstOrDefault(malformed => malformed is not null);
    }

    private void Weigh(ConsensusPeer peer, Held held, bool isCatchingUp)
    {
        if (IsLongPast(held.Proof)) return;
        if (!isCatchingUp && finality.Judge(held.Links) is not null) return;
        if (isCatchingUp || finality.IsPlacing(held.Links))
        {
            if (chain.Store.CurrentSlot <= held.Last && _held.Count < MaxHeld) _held.Add(peer.Number, held);
            return;
        }

        host.Punish(peer, NothingPoints,
            $"the history that it shows for {held.Proof.Votes[0].Data.Source} weighs too little here, or excludes nothing");
    }

    /// <summary>
    /// Whether our chain has made so much more final since that people must have agreed on it: then whoever kept the proof cannot
    /// stop it again.
    /// </summary>
    private bool IsLongPast(FinalityProof proof) =>
        proof.Votes.All(votes => votes.Data.Target.Epoch + FinalityGuard.EpochsKept < chain.Store.Finalized.Epoch);

    private bool IsOurs(IndexedAttestation votes) => chain.Contains(chain.FindHead(), votes.Data.Target) == true;

    private static Hash256 HashOf(FinalityProof proof)
    {
        var rlp = new RlpWriter(4096);
        proof.WriteTo(rlp);
        return Keccak256.Hash(rlp.ToArray());
    }
}
