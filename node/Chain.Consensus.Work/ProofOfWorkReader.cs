using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>Reads the settings of proof of work.</summary>
public sealed class ProofOfWorkReader : ConsensusSettingsReader
{
    private static readonly UInt256 MaxBlockReward = UInt256.One << 128;

    public override string Name => ProofOfWork.Name;

    public override UInt256 DefaultDifficulty => 131072;

    public override ConsensusSettings Read(GenesisSection chain)
    {
        var blockTime = chain.Word("blockTimeSeconds", 2);
        if (blockTime < 2)
            throw new GenesisException($"`config.chain.blockTimeSeconds` is {blockTime}; it must be at least 2, because header "
                + $"time has whole seconds.");
        var reward = chain.Number("blockReward", 2_000_000_000_000_000_000);
        if (reward > MaxBlockReward)
            throw new GenesisException($"`config.chain.blockReward` is {reward} wei; it must be at most 2^128, so that no "
                + $"balance can ever overflow.");
        return new ProofOfWorkSettings
        {
            Seal = chain.Text("seal", "keccak") switch
            {
                "keccak" => SealKind.Keccak,
                "simulated" => SealKind.Simulated,
                var other =>
                    throw new GenesisException($"`config.chain.seal` is \"{other}\"; known are \"keccak\" and \"simulated\"."),
            },
            DifficultyRule = chain.Text("difficultyRule", "asert") switch
            {
                "asert" => DifficultyRule.Asert,
                "fixed" => DifficultyRule.Fixed,
                var other =>
                    throw new GenesisException($"`config.chain.difficultyRule` is \"{other}\"; known are \"asert\" and "
                        + $"\"fixed\"."),
            },
            BlockTimeSeconds = blockTime,
            BlockReward = reward,
            SafeDepth = chain.Word("safeDepth", 6),
            FinalizedDepth = chain.Word("finalizedDepth", 64),
        };
    }

    public override void Check(GenesisFile genesis)
    {
        if (genesis.Difficulty.IsZero)
            throw new GenesisException("`difficulty` is 0; under proof of work it must be at least 1.");
    }
}
