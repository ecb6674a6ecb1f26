using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Primitives;
using Chain.Rules;

namespace Chain.Tests;

public sealed class StakeGenesisTests
{
    private static readonly Hash256 Mix = Keccak256.Hash([1]);

    private static readonly GenesisFile File = StakeGenesisFile.Parse(StakeGenesisFile.Validators(8));

    private static ProofOfStakeSettings Settings => (ProofOfStakeSettings)File.Spec.Consensus;

    [Fact]
    public void Validators_with_the_greatest_effective_balance_are_active_from_the_first_epoch_and_others_wait()
    {
        var settings = Settings with
        {
            Validators =
            [
                .. Settings.Validators,
                Settings.Validators[0] with
                {
                    PublicKey = StakeSample.KeyOf(100).PublicKey.ToArray(),
                    BalanceGwei = 31_999_999_999,
                },
                Settings.Validators[0] with
                {
                    PublicKey = StakeSample.KeyOf(101).PublicKey.ToArray(),
                    BalanceGwei = 40_000_000_001,
                },
            ],
        };
        var state = StakeGenesis.BuildState(settings, Mix);

        Assert.Equal(10, state.ValidatorCount);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 9], state.GetActiveValidatorIndices(Epoch.Genesis));
        Assert.Equal((new Gwei(31_000_000_000), Epoch.FarFuture, Epoch.FarFuture),
            (state.EffectiveBalances[8], state.ActivationEligibilityEpochs[8], state.ActivationEpochs[8]));
        Assert.Equal((new Gwei(40_000_000_001), new Gwei(32_000_000_000), Epoch.Genesis),
            (state.Balances[9], state.EffectiveBalances[9], state.ActivationEligibilityEpochs[9]));
        Assert.All(state.ExitEpochs.Concat(state.WithdrawableEpochs), epoch => Assert.Equal(Epoch.FarFuture, epoch));
    }

    [Fact]
    public void Mixes_are_the_genesis_mix_hash_and_checkpoints_are_stubs()
    {
        var state = StakeGenesis.BuildState(Settings, Mix);

        Assert.All(state.RandaoMixes, mix => Assert.Equal(Mix, mix));
        Assert.Equal((default, default, default), (state.PreviousJustified, state.CurrentJustified, state.Finalized));
        Assert.Equal((default(Slot), default(Slot), 0), (state.Slot, state.LatestBlockSlot, state.JustificationBits));
        Assert.All(state.BlockRoots, root => Assert.Equal(Hash256.Zero, root));
    }

    [Fact]
    public void A_commitment_belongs_to_epoch_zero_so_that_its_maker_can_reveal_from_then_on()
    {
        var layers = Settings.RandaoOnionLayers;
        var onion = StakeGenesis.BuildState(Settings, Mix).Identities[3].Onion;
        var seed = StakeGenesisFile.OnionSeed(4);

        var after = onion.AfterReveal(RandaoOnion.Reveal(seed, Epoch.Genesis, new Epoch(2), layers), new Epoch(2), layers);
        Assert.NotNull(after);
        Assert.Null(onion.AfterReveal(RandaoOnion.Reveal(seed, Epoch.Genesis, new Epoch(2), layers), new Epoch(3), layers));
    }

    [Fact]
    public void The_genesis_header_commits_to_the_body_in_the_sidecar_and_the_body_to_the_state()
    {
        var (block, state) = ConsensusFactory.BuildGenesis(File);
        var header = block.Header.Header;
        var sidecar = ConsensusSidecar.Decode(block.Sidecar.Span);

        Assert.Equal(sidecar.Body.ComputeHash().ToArray(), header.ExtraData.ToArray());
        Assert.Equal(StakeGenesis.BuildState(Settings, header.MixHash).ComputeRoot(), sidecar.Body.StakeStateRoot);
        Assert.Equal((default(Slot), 0, Hash256.Zero),
            (sidecar.Body.Slot, sidecar.Body.ProposerIndex, sidecar.Body.RandaoReveal));
        Assert.Equal(default, sidecar.ProposerSignature);
        Assert.Equal((UInt256.Zero, 0UL, (Hash256?)BlockHeader.EmptyTrieRoot),
            (header.Difficulty, header.Nonce, header.WithdrawalsRoot));
        Assert.Empty(block.Body.Withdrawals!);
        Assert.Equal(state.Root, header.StateRoot);
    }

    [Fact]
    public void The_mix_hash_makes_two_networks_of_one_second_different()
    {
        var other = ConsensusFactory.BuildGenesis(File with { MixHash = Mix });
        Assert.NotEqual(ConsensusFactory.BuildGenesis(File).Block.Hash, other.Block.Hash);
        Assert.NotEqual(ConsensusFactory.BuildGenesis(File).Block.Header.Header.ExtraData.ToArray(),
            other.Block.Header.Header.ExtraData.ToArray());
    }

    [Fact]
    public void Proof_of_work_is_built_as_before()
    {
        var work = KnownRules.Genesis.Parse("""{ "config": { "chainId": 1 } }""");
        Assert.Equal(GenesisState.Build(work).Block.Hash, ConsensusFactory.BuildGenesis(work).Block.Hash);
        Assert.True(ConsensusFactory.BuildGenesis(work).Block.Sidecar.IsEmpty);
    }

    [Fact]
    public void What_proof_of_stake_gives_itself_is_refused_in_the_file()
    {
        Refuses("difficulty", File with { Difficulty = 1 });
        Refuses("nonce", File with { Nonce = 7 });
        Refuses("extraData", File with { ExtraData = new byte[] { 1 } });
        Refuses("config.chain.depositAddress", WithAccount(Settings.DepositAddress, 1));
    }

    [Fact]
    public void More_ether_than_can_be_staked_in_64_bits_is_refused_by_name()
    {
        // 2^63 Gwei divided by 32 increments, less the eight validators' stake.
        var most = ((UInt256)((1UL << 58) - (8 * 32_000_000_000UL)) * Ledger.Gwei) + (Ledger.Gwei - 1);

        Assert.NotNull(ConsensusFactory.BuildGenesis(WithAccount(Ledger.Miner, most)));
        Refuses("alloc", WithAccount(Ledger.Miner, most + 1));
        var heavy = Settings with
        {
            Validators = [.. Enumerable.Range(1, 8).Select(_ => Settings.Validators[0] with { BalanceGwei = 1UL << 56 })],
        };
        Refuses("config.chain.validators", File with { Spec = File.Spec with { Consensus = heavy } });
    }

    private static GenesisFile WithAccount(Address address, UInt256 balance) => File with
    {
        Alloc = [new(address, Ledger.With(balance))],
    };

    private static void Refuses(string field, GenesisFile genesis) =>
        Assert.Contains($"`{field}`", Assert.Throws<GenesisException>(() => ConsensusFactory.BuildGenesis(genesis)).Message,
            StringComparison.Ordinal);
}
