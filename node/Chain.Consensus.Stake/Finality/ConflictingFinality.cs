using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Looks out for another finality than ours; the rest of the rule knows this part by it. Votes that are not for our chain go to
/// the <see cref="FinalityGuard"/>, which alone can prove one; where their branch leaves ours, <see cref="BranchTracer"/> finds
/// out. A peer's mere claim costs it where what is final here contradicts it, and is answered with the votes that made ours
/// final: if it was true, the peer has its proof now.
/// </summary>
internal sealed class ConflictingFinality(IConsensusHost host, StakeChain chain, PastBlocks past,
    OffenceWatch offences) : IFinalityKnowledge
{
    private const int ClaimPoints = 5;

    // Epochs between the ends of the longest link that finalizes.
    private const ulong LongestLink = 2;

    // Asked only, so that nobody makes us send the same votes over and over.
    private readonly BoundedSet<(ConsensusPeer Peer, Checkpoint Ours)> _answered = new(256);

    private readonly BranchTracer _branches = new(host);

    // The proof that was sent last, and what it was made of: whoever connects again and again does not make us read it anew
    // each time.
    private (Hash256 Head, Epoch First, IReadOnlyList<StakeMessage> Messages)? _proof;

    // Votes for the chain that we follow: its head may leave their branch before anything there is final, and then nobody may
    // send them again.
    private readonly FinalityLinks _followed = new();

    private FinalityGuard? _guard;

    /// <summary>What was proven; null while all is well.</summary>
    public FinalityConflict? Conflict => _guard?.Conflict;

    /// <summary>The validators below this index are the same in any other history that can still be proven final.</summary>
    public int SharedValidators => Guard.SharedValidators;

    // From a link's target down to its source: a checkpoint's block is the last one before its epoch.
    private int LongestPath => (int)(LongestLink * chain.Settings.SlotsPerEpoch) + 1;

    private FinalityGuard Guard => _guard ??= new FinalityGuard(
        chain.Store.Finalized, StakeAt(chain.Store.Finalized), chain.Store.CurrentEpoch, this);

    /// <summary>Verified votes, after the slasher heard them.</summary>
    public void OnVotes(IndexedAttestation votes)
    {
        var (head, target) = (chain.FindHead(), votes.Data.Target);
        if (chain.Contains(head, target) != true) Guard.OnVote(votes);
        else if (target.Epoch > chain.Store.Finalized.Epoch && Guard.Weighs(target.Epoch))
            _followed.Add(votes, chain.States.After(head).ValidatorCount);
    }

    /// <summary>
    /// A block that is here and that our finality excludes: its branch may be final for others, and its votes may show that. They
    /// were not handed to the guard when the block came: then the branch could still become ours.
    /// </summary>
    public void OnCutOff(Hash256 block)
    {
        var body = ConsensusSidecar.Decode(host.GetBlock(block)!.Sidecar.Span).Body;
        if (body.Slot.ToEpoch(chain.Settings.SlotsPerEpoch) + FinalityGuard.EpochsKept < chain.Store.CurrentEpoch) return;
        foreach (var votes in AttestationProcessing.VotesIn(body, chain.States.After(block))) OnVotes(votes);
    }

    /// <summary>
    /// What a peer says is final for it. Held against it is only what our own finality tells: up to our finalized epoch. Beyond
    /// that our head says nothing, because it may be behind, or on a branch of its own that the peer's finality will take away.
    /// Nor does our clock say anything of the epochs just ahead of it.
    /// </summary>
    public void OnClaim(ConsensusPeer peer, Checkpoint claimed)
    {
        var (ours, current) = (chain.Store.Finalized, chain.Store.CurrentEpoch);
        if (claimed.Epoch > current)
        {
            if (chain.Clock.IsFarFuture(claimed.Epoch, current))
                host.Punish(peer, ClaimPoints, $"it claims that {claimed} is final; now is {current}");
        }
        else if (claimed.Epoch > ours.Epoch)
        {
            if (chain.Reaches(claimed.Epoch) && chain.Contains(chain.FindHead(), claimed) == false)
                SendProof(peer, claimed.Epoch);
        }
        else if (chain.Contains(ours.Root, claimed) == false)
        {
            host.Punish(peer, ClaimPoints, $"it claims that {claimed} is final, which {ours} excludes");
            SendProof(peer, claimed.Epoch);
        }
    }

    /// <summary>The links of verified votes that a peer shows together.</summary>
    public FinalityLinks Collect(IEnumerable<IndexedAttestation> votes) => Guard.Collect(votes);

    /// <summary>Weighs links; answers the conflict once there is one.</summary>
    public FinalityConflict? Judge(FinalityLinks links) => Guard.Judge(links);

    /// <summary>Whether it is still being found out where the branches of these links leave ours.</summary>
    public bool IsPlacing(FinalityLinks links) =>
        links.All.Any(link => _branches.IsUnderWay(link.Source) || _branches.IsUnderWay(link.Target));

    /// <summary>Headers that a peer sent along with votes.</summary>
    public void Learn(IReadOnlyList<SealedHeader> headers) => _branches.Learn(headers);

    /// <summary>Both histories of a proven conflict, each for peers that follow the other.</summary>
    public IReadOnlyList<FinalityProof> Show(FinalityConflict conflict)
    {
        var votes = OwnVotes();
        var histories = new[]
        {
            new FinalityProof(HeadersTo(conflict.LastShared, conflict.Target.Root, conflict.Theirs.Root), conflict.Proof),
            new FinalityProof(HeadersTo(conflict.LastShared,
                votes.Count == 0 ? chain.Store.Finalized.Root : votes[^1].Data.Target.Root), votes),
        };
        return [.. histories.Where(history => history.VoteCount is > 0 and <= FinalityProof.MaxVotes)];
    }

    public void OnFinalized(Checkpoint finalized)
    {
        Guard.OnFinalized(finalized, StakeAt(finalized));
        HandOver();

        // Our chain cannot leave them any more.
        _followed.Keep(epoch => epoch > finalized.Epoch);
    }

    public void OnSlot()
    {
        var current = chain.Store.CurrentEpoch;
        Guard.Prune(current);
        _followed.Keep(Guard.Weighs);
        HandOver();

        // Evidence that came since may change what weighs.
        Guard.Judge();
        _branches.Prune(new Epoch(current.Number - Math.Min(current.Number, FinalityGuard.EpochsKept + LongestLink)));
        _branches.Retry();
    }

    /// <summary>
    /// Goes on to find out where other branches leave ours. To be left while catching up: then it is ours that is not here.
    /// </summary>
    public void Trace(At now) => _branches.Ask(now);

    /// <summary>What came of a question for headers.</summary>
    public void OnHeaders(Hash256 from, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_branches.OnHeaders(from, headers)) Guard.Judge();
        else _branches.Ask(now);
    }

    public bool? AreApart(Checkpoint theirs, Checkpoint ours)
    {
        var (earlier, later) = theirs.Epoch < ours.Epoch ? (theirs, ours) : (ours, theirs);
        if (chain.Contains(later.Root, earlier) is { } contains) return !contains;
        var ourBlock = host.GetHeader(ours.Root) ?? throw new InvalidOperationException($"The block of {ours} is not here.");
        return earlier == theirs && host.GetHeader(theirs.Root) is { } known
            ? !_branches.IsAncestor(known, ourBlock)
            : !_branches.Contains(theirs, ourBlock);
    }

    public bool IsTraced(Checkpoint theirs) => _branches.IsTraced(theirs);

    public bool AreOnOneBranch(Checkpoint first, Checkpoint second, Checkpoint third) =>
        _branches.IsTraced(third)
        && _branches.Down(third.Root, LongestPath)
            .SkipWhile(block => block.Hash != second.Root).Any(block => block.Hash == first.Root);

    public SealedHeader? LastShared(Checkpoint theirs) =>
        _branches.LastShared(theirs, chain.HeaderOf(chain.Store.Finalized.Root));

    public bool IsGuilty(int validator) => offences.IsConvicted(validator) || (InHeadState(validator)?.Slashed ?? false);

    public bool IsLeaving(int validator) =>
        offences.Exits.Names(validator) || (InHeadState(validator) is { } known && known.ExitEpoch != Epoch.FarFuture);

    /// <summary>Votes for checkpoints that the head has left go to the guard now.</summary>
    private void HandOver()
    {
        var head = chain.FindHead();
        foreach (var link in _followed.Take(link => chain.Contains(head, link.Target) != true))
        {
            foreach (var votes in link.ToAttestations()) Guard.OnVote(votes);
        }
    }

    /// <summary>
    /// What our blocks have of the votes that finalized our checkpoints from the claimed epoch on, or our latest where that is
    /// earlier, and of evidence and exits, because who is gone here does not count in our total any more. Nobody sends again what
    /// blocks have included, and a node takes no block of a history that its finality excludes: without this, two sides that were
    /// apart could not prove themselves to each other.
    /// </summary>
    private void SendProof(ConsensusPeer peer, Epoch claimed)
    {
        var (ours, current) = (chain.Store.Finalized, chain.Store.CurrentEpoch);
        if (ours.Epoch == Epoch.Genesis || claimed == Epoch.Genesis || !_answered.Add((peer, ours))) return;
        var weighed = current.Number - Math.Min(current.Number, FinalityGuard.EpochsKept);
        var first = new Epoch(Math.Max(Math.Min(claimed.Number, ours.Epoch.Number) + 1, weighed));
        var head = chain.FindHead();
        if (_proof is not { } proof || proof.Head != head || proof.First != first)
        {
            _proof = proof = (head, first, [.. Proof(new Epoch(weighed), first, ours.Epoch + LongestLink, head)]);
        }

        foreach (var message in proof.Messages) host.Send(peer, message);
    }

    /// <summary>What our blocks since an epoch have of votes for targets in this range, evidence and exits.</summary>
    private IEnumerable<StakeMessage> Proof(Epoch since, Epoch first, Epoch last, Hash256 head)
    {
        foreach (var block in past.Read(since, chain.HeaderOf(head), chain.States.After(head)))
        {
            // Of validators whom the peer knows too.
            var (body, known) = (block.Sidecar.Body, SharedValidators);
            var doubles = body.ProposerSlashings.Where(evidence => evidence.Proposal1.ProposerIndex < known);
            foreach (var evidence in doubles) yield return new StakeMessage.DoubleProposal(evidence);
            var slashables = body.AttesterSlashings.Where(evidence => LastNamed(evidence) < known);
            foreach (var evidence in slashables) yield return new StakeMessage.SlashableVotes(evidence);
            var exits = body.VoluntaryExits.Where(exit => exit.ValidatorIndex < known);
            foreach (var exit in exits) yield return new StakeMessage.Exit(exit);
            var inRange = block.Votes.Where(votes => votes.Data.Target.Epoch >= first && votes.Data.Target.Epoch <= last);
            foreach (var votes in inRange) yield return new StakeMessage.Votes(votes);
        }
    }

    /// <summary>
    /// What our blocks have of votes for the checkpoints of our chain that made our latest one final, each voter once a
    /// checkpoint, by ascending target.
    /// </summary>
    private List<IndexedAttestation> OwnVotes()
    {
        var (ours, head, links) = (chain.Store.Finalized, chain.FindHead(), new FinalityLinks());
        foreach (var votes in past.Read(ours.Epoch, chain.HeaderOf(head),
            chain.States.After(head)).SelectMany(block => block.Votes))
        {
            var target = votes.Data.Target;
            if (target.Epoch > ours.Epoch && target.Epoch <= ours.Epoch + LongestLink && chain.Contains(head, target) == true)
                links.Add(votes, SharedValidators);
        }

        return [.. links.All.SelectMany(link => link.ToAttestations())];
    }

    /// <summary>
    /// The headers from the first of these blocks whose own is known, down to the last block that both histories have.
    /// </summary>
    private List<SealedHeader> HeadersTo(SealedHeader? shared, params ReadOnlySpan<Hash256> blocks)
    {
        foreach (var block in blocks)
        {
            var headers =
                _branches.Down(block, FinalityProof.MaxHeaders).TakeWhile(header => header.Hash != shared?.Hash).ToList();
            if (headers.Count > 0) return headers;
        }

        return [];
    }

    private static int LastNamed(AttesterSlashing evidence) =>
        Math.Max(evidence.Attestation1.AttestingIndices[^1], evidence.Attestation2.AttestingIndices[^1]);

    private Validator? InHeadState(int validator) =>
        chain.States.After(chain.FindHead()) is var state && validator < state.ValidatorCount ? state.Validator(validator) : null;

    private VotingStake StakeAt(Checkpoint checkpoint) => VotingStake.Of(chain.States.AtCheckpoint(checkpoint));
}
