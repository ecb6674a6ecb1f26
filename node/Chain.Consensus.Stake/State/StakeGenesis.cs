using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Where a chain under proof of stake begins (consensus-specs: initialize_beacon_state_from_eth1).</summary>
public static class StakeGenesis
{
    /// <summary>
    /// The stake before the first slot. Validators with the greatest effective balance are active from epoch 0, the others wait
    /// for a deposit; the checkpoints are stubs with a zero root; each commitment belongs to epoch 0.
    /// </summary>
    /// <param name="settings">With the validators.</param>
    /// <param name="mixHash">The genesis header's: it fills the RANDAO mixes (the specs take eth1_block_hash).</param>
    public static StakeState BuildState(ProofOfStakeSettings settings, Hash256 mixHash)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var state = StakeState.Empty(settings);
        state.RandaoMixes.AsSpan().Fill(mixHash);
        state.AddValidators(
            [.. settings.Validators.Select(validator => IdentityOf(validator, settings))],
            [.. settings.Validators.Select(validator => new Gwei(validator.BalanceGwei))]);

        // Process activations
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            if (state.EffectiveBalances[i].Amount != settings.MaxEffectiveBalance) continue;
            state.ActivationEligibilityEpochs[i] = Epoch.Genesis;
            state.ActivationEpochs[i] = Epoch.Genesis;
        }

        return state;
    }

    /// <summary>
    /// The genesis block: its extraData commits to a consensus body of slot 0 with the root of <see cref="BuildState"/>, which
    /// stands in its sidecar.
    /// </summary>
    /// <exception cref="GenesisException">Values with which a chain cannot work, or which proof of stake gives
    /// itself.</exception>
    internal static GenesisBlock Build(GenesisFile genesis, ProofOfStakeSettings settings)
    {
        CheckFields(genesis);
        CheckDepositAddress(genesis, settings);
        CheckSupply(genesis, settings);
        var body = new ConsensusBody
        {
            Slot = default,
            ProposerIndex = 0,
            RandaoReveal = Hash256.Zero,
            StakeStateRoot = BuildState(settings, genesis.MixHash).ComputeRoot(),
        };
        var built = GenesisState.Build(genesis with { ExtraData = body.ComputeHash().ToArray() });

        // Nobody proposed it: a signature of zeros.
        return built with { Block = built.Block with { Sidecar = new ConsensusSidecar(body, default).Encode() } };
    }

    private static ValidatorIdentity IdentityOf(GenesisValidator validator, ProofOfStakeSettings settings) => new(
        new ValidatorKey(validator.PublicKey.Span),
        validator.WithdrawalAddress,
        RandaoOnion.Begin(validator.RandaoCommitment, Epoch.Genesis, settings.RandaoOnionLayers));

    private static void CheckFields(GenesisFile genesis)
    {
        if (!genesis.Difficulty.IsZero)
            throw new GenesisException($"`difficulty` is {genesis.Difficulty}; under proof of stake it must be 0, or left out.");
        if (genesis.Nonce != 0)
            throw new GenesisException($"`nonce` is {genesis.Nonce}; under proof of stake it must be 0, or left out.");
        if (!genesis.ExtraData.IsEmpty)
            throw new GenesisException($"`extraData` is {Hex.Encode(genesis.ExtraData.Span)}; under proof of stake it must be "
                + $"left out: the block commits to the stake there.");
    }

    private static void CheckDepositAddress(GenesisFile genesis, ProofOfStakeSettings settings)
    {
        foreach (var (address, _) in genesis.Alloc)
        {
            if (address == settings.DepositAddress)
                throw new GenesisException($"`alloc` has {address}, which is `config.chain.depositAddress`; remove it there: "
                    + $"the deposit contract is part of the chain's rules and begins empty.");
        }
    }

    /// <summary>
    /// The rules count stake in Gwei with 64 bits, and multiply a sum of it by a validator's increments or by the slashing
    /// multiplier. All ether may become stake.
    /// </summary>
    private static void CheckSupply(GenesisFile genesis, ProofOfStakeSettings settings)
    {
        var supply = settings.Validators.Aggregate(UInt256.Zero, (sum, validator) => sum + validator.BalanceGwei);
        var greatestFactor =
            Math.Max(settings.MaxEffectiveBalance / settings.EffectiveBalanceIncrement, settings.ProportionalSlashingMultiplier);
        var limit = (1UL << 63) / greatestFactor;
        foreach (var (address, account) in genesis.Alloc)
        {
            supply += account.Balance / 1_000_000_000;
            if (supply > limit)
                throw new GenesisException($"`alloc` and the stakes hold more than {limit / 1_000_000_000} ether in all, "
                    + $"reached at {address} with {account.Balance} wei; lower the balances, so that all of it can be staked "
                        + $"and counted in 64 bits.");
        }

        if (supply > limit)
            throw new GenesisException($"`config.chain.validators` holds {supply} Gwei in all; it must be at most {limit}, so "
                + $"that stake is counted in 64 bits.");
    }
}
