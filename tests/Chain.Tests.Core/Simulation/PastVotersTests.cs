using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

public sealed class PastVotersTests
{
    private static readonly ProofOfStakeSettings Settings = SimulatedStake.Settings with
    {
        SlotsPerEpoch = 4,
        MaxSeedLookahead = 1,
        ShardCommitteePeriod = 1,
        EpochsPerHistoricalVector = 8,
    };

    /// <summary>Older than the mixes that the state keeps, over slots without blocks and a validator that left.</summary>
    [Fact]
    public void The_voters_of_every_block_are_those_of_the_state_in_which_it_counted_them()
    {
        var network = SimulatedStake.Create(nodes: 2, validators: 8, seed: 7, Settings, new Dictionary<int, Misbehaviour>
        {
            [1] = Misbehaviour.Offline,
            [6] = Misbehaviour.DoubleVote,
        });
        network.Run(TimeSpan.FromSeconds(8 * 16));
        var (store, stake) = (network.Nodes[0].Store, network.Nodes[0].StakeOf());
        var head = network.Nodes[0].Core.View.Head.Number;
        Block? At(ulong number) => store.GetCanonicalHash(number) is { } hash ? store.GetBlock(hash) : null;
        var registry = stake.Validators.Select(item => item.Validator).ToList();
        Assert.Contains(registry, validator => validator.ExitEpoch <= stake.Epoch);
        Assert.True(head < stake.Slot.Number, "no slot was without a block");

        var state = StakeGenesis.BuildState((ProofOfStakeSettings)network.Spec.Consensus,
            network.Genesis.Block.Header.Header.MixHash);
        var deposits = new Deposits(Settings.DepositAddress);
        var checkedVotes = 0;
        for (var number = 1UL; number <= head; number++)
        {
            var block = At(number)!;
            var body = ConsensusSidecar.Decode(block.Sidecar.Span).Body;
            StakeTransition.ProcessSlots(state, block.Header.ParentHash, body.Slot);
            var voters = new PastVoters(Settings, registry, At);
            foreach (var attestation in body.Attestations)
            {
                var committee = state.GetBeaconCommittee(attestation.Data.Slot, attestation.Data.Index);
                Assert.Equal(AttestationProcessing.GetAttestingIndices(committee, attestation.AggregationBits),
                    voters.Of(attestation, number));
                checkedVotes += attestation.Signatures.Count;
            }

            Assert.Null(StakeTransition.ProcessBlock(state, block, body, deposits.Read(store.GetReceipts(block.Hash)!),
                new SignatureChecks(new StakeDomain(network.Genesis.Block.Hash))));
        }

        Assert.True(checkedVotes > 80, $"only {checkedVotes} votes");
    }

    [Fact]
    public void Voters_are_not_known_where_a_block_that_tells_is_missing()
    {
        var network = SimulatedStake.Create(nodes: 1, validators: 8, seed: 7, Settings);
        network.Run(TimeSpan.FromSeconds(8 * 4));
        var (store, head) = (network.Nodes[0].Store, network.Nodes[0].Core.View.Head.Number);
        Block? At(ulong number) => store.GetBlock(store.GetCanonicalHash(number)!.Value);
        var attestation = ConsensusSidecar.Decode(At(head)!.Sidecar.Span).Body.Attestations[0];
        var registry = network.Nodes[0].StakeOf().Validators.Select(item => item.Validator).ToList();
        Assert.NotNull(new PastVoters(Settings, registry, At).Of(attestation, head));
        Assert.Null(new PastVoters(Settings, registry, number => number == head - 3 ? null : At(number)).Of(attestation, head));
    }
}
