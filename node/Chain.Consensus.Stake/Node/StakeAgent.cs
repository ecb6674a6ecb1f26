using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Proof of stake's own messages and duties in one node: routes what comes in to gossip, duties and the watch for offences.
/// </summary>
internal sealed class StakeAgent(
    IConsensusHost host,
    StakeGenesisState genesis,
    StakeChain chain,
    StakeGossip gossip,
    ValidatorDuties duties,
    KeyListener keys,
    OffenceWatch watch,
    OffenceRecall recall,
    ConflictingFinality finality,
    FinalityExchange exchange,
    AttestationPool pool) : IConsensusAgent
{
    private Checkpoint _kept = new(Epoch.Genesis, genesis.BlockHash);
    private Slot _slot;
    private bool _hasRecalled;
    private Hash256 _viewedHead;
    private Slot _viewedSlot;
    private Checkpoint _finalized;
    private Checkpoint _justified;
    private Epoch _claimed;
    private bool _isCatchingUp;
    private string? _halted;
    private IReadOnlyList<FinalityProof> _histories = [];
    private StakeView? _view;

    public ConsensusView View => _view ??= BuildView();

    public void OnTick(At now, bool isCatchingUp)
    {
        _isCatchingUp = isCatchingUp;
        if (_halted is not null) return;
        if (!_hasRecalled)
        {
            // Not while the core is being made: what is found goes out at once.
            _hasRecalled = true;
            recall.Recall();
        }

        var slot = chain.Store.CurrentSlot;
        if (slot != _slot)
        {
            _slot = slot;
            KeepFinalized();
            finality.OnSlot();
            exchange.Retry(isCatchingUp);
            gossip.OnSlot();
            pool.Prune(chain.Store.CurrentEpoch);
            watch.Prune(chain.Store.CurrentEpoch, OffenceWatch.WindowOf(chain.States.After(chain.FindHead())));
        }

        TellCheckpoints();
        Trace(now);
        keys.OnTick(isCatchingUp);
        if (finality.Conflict is { } conflict) Halt(conflict);
        else if (!isCatchingUp)
        {
            Claim();
            duties.OnTick(now);
        }

        UpdateView();
    }

    /// <summary>Two of one slot convict their proposer, even if neither becomes a block of the chain.</summary>
    public void OnEnvelope(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var sidecar = ConsensusSidecar.Decode(block.Sidecar.Span);
        var (slot, proposer) = (sidecar.Body.Slot, sidecar.Body.ProposerIndex);
        watch.OnProposal(new SignedProposal(slot, proposer, block.Hash, sidecar.ProposerSignature));
    }

    /// <summary>What a block says of others: votes for the fork choice, and offences.</summary>
    public void OnBlock(SealedHeader block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (!chain.Store.Contains(block.Hash))
        {
            finality.OnCutOff(block.Hash);
            return;
        }

        var (body, after) = (ConsensusSidecar.Decode(host.GetBlock(block.Hash)!.Sidecar.Span).Body,
            chain.States.After(block.Hash));
        foreach (var votes in body.Attestations) chain.OnVotes(votes, after);
        foreach (var offence in body.AttesterSlashings) chain.OnOffence(offence.CommonIndices());
        gossip.OnBlock(block.Hash);
        KeepFinalized();
    }

    public void OnHead(SealedHeader head, At now)
    {
        ArgumentNullException.ThrowIfNull(head);

        // Not before the blocks of the store have been compared with what the keys' histories know.
        if (_halted is null && _hasRecalled) duties.OnHead(head.Hash);
        TellCheckpoints();
        UpdateView();
    }

    public void OnPeerReady(ConsensusPeer peer)
    {
        host.Send(peer, Status());
        foreach (var evidence in watch.Evidence.ProposerSlashings) host.Send(peer, new StakeMessage.DoubleProposal(evidence));
        foreach (var evidence in watch.Evidence.AttesterSlashings) host.Send(peer, new StakeMessage.SlashableVotes(evidence));
        foreach (var history in _histories) host.Send(peer, new StakeMessage.History(history));
    }

    public void OnMessage(ConsensusPeer peer, ConsensusMessage message, At now)
    {
        switch (message)
        {
            case StakeMessage.Status status:
                finality.OnClaim(peer, status.Finalized);
                break;
            case StakeMessage.Votes votes:
                gossip.OnVotes(peer, votes.Attestation);
                Trace(now);
                break;
            case StakeMessage.History history:
                exchange.OnHistory(peer, history.Proof, _isCatchingUp);
                Trace(now);
                break;
            case StakeMessage operation:
                gossip.OnOperation(peer, operation);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(message), message, "No message of stake.");
        }
    }

    public string? OnSubmitted(ConsensusMessage message, At now) => message switch
    {
        StakeMessage.Exit or StakeMessage.DoubleProposal or StakeMessage.SlashableVotes =>
            gossip.OnOperation(null, (StakeMessage)message),
        _ => $"{message.GetType().Name} is nothing to submit",
    };

    public void OnTransactions(At now)
    {
    }

    public void OnSigned(IReadOnlyList<SigningAnswer> answers, At now)
    {
        foreach (var answer in answers.Where(answer => answer.Request is StakeSigningRequest.Registration))
            keys.OnRegistered(answer);
        if (_halted is null) duties.OnSigned(answers, now);
    }

    public void OnHeaders(Hash256 from, IReadOnlyList<SealedHeader> headers, At now)
    {
        finality.OnHeaders(from, headers, now);
        exchange.Retry(_isCatchingUp);
    }

    public void Stop(ReadOnlyMemory<byte> evidence)
    {
        try
        {
            (_halted, _histories) = FinalityConflict.ReadHistories(evidence.Span);
        }
        catch (RlpException)
        {
            // The node stays stopped in any case; it only has nothing to show.
            _halted = "the evidence beside the chain cannot be read";
        }
    }

    public void SetDuties(IReadOnlyList<DutyHolder> holders, Address beneficiary)
    {
        var validators = holders.Cast<StakeDutyHolder>().ToList();
        duties.Set(validators, beneficiary);
        keys.Set(validators);
        _view = null;
    }

    public bool IsWorthRelaying(Block block)
    {
        // The second block of a slot and proposer goes to the slasher, not to others; its evidence does.
        var body = ConsensusSidecar.Decode(block.Sidecar.Span).Body;
        return !chain.HasOtherProposal(body.Slot, body.ProposerIndex, block.Hash);
    }

    private StakeMessage.Status Status()
    {
        var head = chain.FindHead();
        return new StakeMessage.Status(chain.States.After(head).LatestBlockSlot, head, chain.Store.Finalized);
    }

    /// <summary>
    /// Tells all peers what became final: two sides that agreed when they met may make histories final afterwards that exclude
    /// each other. A node that has caught up tells the last one only.
    /// </summary>
    private void Claim()
    {
        if (chain.Store.Finalized.Epoch <= _claimed) return;
        _claimed = chain.Store.Finalized.Epoch;
        host.Broadcast(Status(), except: null);
    }

    /// <summary>
    /// Once finality moves on: what it cuts off may prove another, the state to begin again from goes to the host, the rest of
    /// the tree is forgotten.
    /// </summary>
    private void KeepFinalized()
    {
        var (before, finalized, root) = (_kept, chain.Store.Finalized, chain.Store.Finalized.Root);
        if (finalized == before || !chain.Store.Contains(root)) return;
        _kept = finalized;

        // While the states below them are still here.
        foreach (var block in chain.CutOffBy(finalized)) finality.OnCutOff(block);
        if (root == before.Root) return;
        if (root != genesis.BlockHash) host.Keep(root, StakeStateCodec.Encode(chain.States.After(root)));
        chain.Forget(root);
    }

    /// <summary>At once: whoever has sent the votes may stop soon, and then answers no more.</summary>
    private void Trace(At now)
    {
        if (!_isCatchingUp) finality.Trace(now);
    }

    private void Halt(FinalityConflict proven)
    {
        // Those who follow our history must learn it too, and may have no other peer who can prove it.
        var conflict = proven with { Histories = finality.Show(proven) };
        foreach (var votes in conflict.Proof) host.Broadcast(new StakeMessage.Votes(votes), except: null);
        foreach (var history in conflict.Histories) host.Broadcast(new StakeMessage.History(history), except: null);
        (_halted, _histories) = (conflict.Message, conflict.Histories);
        host.Tell(new StakeEvent.ConflictProven(conflict));
        host.Halt(_halted);
    }

    private void TellCheckpoints()
    {
        if (chain.Store.Justified.Epoch > _justified.Epoch)
            host.Tell(new StakeEvent.Justified(_justified = chain.Store.Justified));
        if (chain.Store.Finalized.Epoch > _finalized.Epoch)
        {
            _finalized = chain.Store.Finalized;
            watch.OnFinalized(chain.States.After(_finalized.Root));
            finality.OnFinalized(_finalized);
            host.Tell(new StakeEvent.Finalized(_finalized, chain.HeaderOf(_finalized.Root).Number));
        }
    }

    private void UpdateView()
    {
        var head = chain.FindHead();
        var isSame = head == _viewedHead && chain.Store.CurrentSlot == _viewedSlot;
        if (isSame && _view is not null && _view.Halted == _halted && ReferenceEquals(_view.Silent, keys.Silent)) return;
        _view = BuildView();
    }

    private StakeView BuildView()
    {
        (_viewedHead, _viewedSlot) = (chain.FindHead(), chain.Store.CurrentSlot);
        return StakeViewBuilder.Build(chain, _viewedHead, duties.Keys, keys.Silent, watch.Evidence.Count, _halted);
    }
}
