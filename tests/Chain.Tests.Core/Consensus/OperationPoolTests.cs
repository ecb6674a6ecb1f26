using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Evidence and exits that wait for a block.</summary>
public sealed class OperationPoolTests
{
    private static readonly ProofOfStakeSettings Settings = new()
    {
        MaxAttesterSlashings = 2,
        MaxProposerSlashings = 2,
        MaxVoluntaryExits = 2,
        ShardCommitteePeriod = 0,
    };
    private static readonly StakeDomain Domain = new(Hash256.Zero);
    private readonly StakeState _state = Registry.Of(16, Settings);
    private readonly SlashingPool _slashings = new();
    private readonly ExitPool _exits = new();

    [Fact]
    public void Evidence_that_names_nobody_new_is_known()
    {
        Assert.True(_slashings.Add(DoubleProposal(3)));
        Assert.False(_slashings.Add(DoubleProposal(3, block: 7)));
        Assert.True(_slashings.Add(DoubleVote(1, 2)));
        Assert.True(_slashings.IsKnown(DoubleVote(2)));
        Assert.False(_slashings.Add(DoubleVote(1)));
        Assert.True(_slashings.Add(DoubleVote(2, 3)));
        Assert.Equal(3, _slashings.Count);
    }

    [Fact]
    public void A_block_gets_no_more_evidence_than_its_maximum()
    {
        foreach (var proposer in new[] { 5, 4, 3 }) _slashings.Add(DoubleProposal(proposer));
        foreach (var voter in new[] { 8, 7, 6 }) _slashings.Add(DoubleVote(voter));

        Assert.Equal([5, 4], _slashings.PackProposerSlashings(_state).Select(slashing => slashing.Proposal1.ProposerIndex));
        Assert.Equal([[8], [7]], _slashings.PackAttesterSlashings(_state).Select(slashing => slashing.CommonIndices()));
    }

    [Fact]
    public void The_evidence_that_slashes_most_stake_goes_first()
    {
        _slashings.Add(DoubleVote(1));
        _slashings.Add(DoubleVote(1, 2));
        _slashings.Add(DoubleVote(3, 4, 5));

        Assert.Equal([[3, 4, 5], [1, 2]], _slashings.PackAttesterSlashings(_state).Select(slashing => slashing.CommonIndices()));
    }

    [Fact]
    public void Evidence_of_whom_other_evidence_slashes_already_stays_out()
    {
        _slashings.Add(DoubleVote(1));
        _slashings.Add(DoubleVote(1, 2));

        Assert.Single(_slashings.PackAttesterSlashings(_state));
    }

    [Fact]
    public void Packed_evidence_passes_the_transition_one_after_the_other()
    {
        foreach (var proposer in new[] { 1, 9 }) _slashings.Add(DoubleProposal(proposer));
        foreach (var voters in new int[][] { [1], [1, 2], [2, 3], [9] }) _slashings.Add(DoubleVote(voters));
        var checks = new SignatureChecks(Domain);

        var proposerSlashings = _slashings.PackProposerSlashings(_state);
        Assert.All(proposerSlashings,
            slashing => Assert.Null(SlashingProcessing.ProcessProposerSlashing(_state, slashing, checks)));
        var attesterSlashings = _slashings.PackAttesterSlashings(_state);
        Assert.All(attesterSlashings,
            slashing => Assert.Null(SlashingProcessing.ProcessAttesterSlashing(_state, slashing, checks)));

        Assert.Equal(2, proposerSlashings.Count);
        Assert.NotEmpty(attesterSlashings);
        Assert.Equal([1, 2, 3, 9], Enumerable.Range(0, 16).Where(i => _state.Slashed[i]));
    }

    [Fact]
    public void Evidence_against_validators_whom_the_state_does_not_know_waits()
    {
        _slashings.Add(DoubleProposal(16));
        _slashings.Add(DoubleVote(3, 16));

        Assert.Empty(_slashings.PackProposerSlashings(_state));
        Assert.Empty(_slashings.PackAttesterSlashings(_state));
        _slashings.Prune(_state);
        Assert.Equal(2, _slashings.Count);
    }

    [Fact]
    public void Evidence_is_forgotten_when_its_work_is_final_and_may_come_again_then()
    {
        _slashings.Add(DoubleProposal(3));
        _slashings.Add(DoubleVote(3, 4));
        _state.Slashed[3] = true;

        _slashings.Prune(_state);

        Assert.Empty(_slashings.ProposerSlashings);
        Assert.Single(_slashings.AttesterSlashings);
        Assert.False(_slashings.IsKnown(DoubleProposal(3)));
        Assert.True(_slashings.IsKnown(DoubleVote(3, 4)));
        _state.WithdrawableEpochs[4] = Epoch.Genesis;
        _slashings.Prune(_state);
        Assert.Empty(_slashings.AttesterSlashings);
    }

    [Fact]
    public void Exits_are_packed_in_the_order_in_which_they_came_up_to_the_maximum()
    {
        foreach (var leaver in new[] { 5, 4, 3 }) Assert.True(_exits.Add(Exit(leaver)));

        var packed = _exits.Pack(_state);

        Assert.Equal([5, 4], packed.Select(exit => exit.ValidatorIndex));
        Assert.All(packed, exit => Assert.Null(VoluntaryExits.ProcessVoluntaryExit(_state, exit, new SignatureChecks(Domain))));
        Assert.Equal([3], _exits.Pack(_state).Select(exit => exit.ValidatorIndex));
    }

    [Fact]
    public void A_validator_has_one_exit_and_the_earlier_one_counts()
    {
        Assert.True(_exits.Add(Exit(5, epoch: 9)));
        Assert.Empty(_exits.Pack(_state));
        Assert.True(_exits.Add(Exit(5, epoch: 0)));
        Assert.False(_exits.Add(Exit(5, epoch: 3)));

        Assert.Equal(Exit(5, epoch: 0), Assert.Single(_exits.Pack(_state)));
        Assert.Single(_exits.Exits);
    }

    [Fact]
    public void An_exit_is_forgotten_when_the_validators_leaving_is_final()
    {
        _exits.Add(Exit(5));
        _exits.Add(Exit(6));
        _exits.Add(Exit(99));
        _state.ExitEpochs[5] = new Epoch(4);

        _exits.Prune(_state);

        Assert.Equal([6, 99], _exits.Exits.Select(exit => exit.ValidatorIndex));
    }

    private static ProposerSlashing DoubleProposal(int proposer, ulong block = 2) => new(
        new SignedProposal(new Slot(0), proposer, Registry.Root(1), Registry.Signature(1)),
        new SignedProposal(new Slot(0), proposer, Registry.Root(block), Registry.Signature(2)));

    private static AttesterSlashing DoubleVote(params int[] voters)
    {
        return new AttesterSlashing(Vote(1), Vote(2));

        IndexedAttestation Vote(ulong head) => new(
            voters,
            new AttestationData(new Slot(0), 0, Registry.Root(head), default, default),
            [.. voters.Select(voter => Registry.Signature((ulong)voter + 1))]);
    }

    private static SignedVoluntaryExit Exit(int leaver, ulong epoch = 0) => new(new Epoch(epoch), leaver, Registry.Signature(1));
}
