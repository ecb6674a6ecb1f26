using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Reads the settings of Clique.</summary>
public sealed class CliqueReader : ConsensusSettingsReader
{
    // Keeps the time of every block, and in milliseconds, within 64 bits.
    private const ulong MaxPeriodSeconds = 86_400;

    // Below this a vote would hardly find the time to pass.
    private const ulong MinEpochBlocks = 2;

    private const ulong MaxEpochBlocks = 1_000_000;

    public override string Name => CliqueRule.Name;

    public override UInt256 DefaultDifficulty => UInt256.One;

    public override ConsensusSettings Read(GenesisSection chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        var defaults = new CliqueSettings();
        return new CliqueSettings
        {
            PeriodSeconds = chain.Word("periodSeconds", defaults.PeriodSeconds, 0, MaxPeriodSeconds,
                "where 0 seals as soon as there is a transaction"),
            EpochBlocks = chain.Word("epochBlocks", defaults.EpochBlocks, MinEpochBlocks, MaxEpochBlocks),
        };
    }

    public override void Check(GenesisFile genesis) => CliqueGenesis.Check(genesis);
}
