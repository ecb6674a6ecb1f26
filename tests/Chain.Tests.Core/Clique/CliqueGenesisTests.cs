using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class CliqueGenesisTests
{
    private static readonly GenesisReader Reader = new([new CliqueReader()]);
    private static readonly string Vanity = new('0', 64);
    private static readonly string Seal = new('0', 130);
    private static readonly string Good = $"0x{Vanity}{List("AB")}{Seal}";

    [Fact]
    public void The_settings_and_the_signers_are_read()
    {
        var genesis = Reader.Parse(File("\"periodSeconds\": 0, \"epochBlocks\": 10", Good));
        var settings = Assert.IsType<CliqueSettings>(genesis.Spec.Consensus);
        Assert.Equal((0UL, 10UL), (settings.PeriodSeconds, settings.EpochBlocks));
        Assert.Equal(UInt256.One, genesis.Difficulty);
        var block = ConsensusFactory.BuildGenesis(genesis).Block.Header;
        Assert.Equal("clique", ConsensusFactory.Create(genesis.Spec, block).Name);
        Assert.Equal("AB", CliqueScene.Letters(CliqueExtra.Signers(block.Header.ExtraData.Span)));
    }

    [Fact]
    public void The_defaults_are_two_seconds_and_the_EIP_s_epoch()
    {
        var settings = (CliqueSettings)Reader.Parse(File(null, Good)).Spec.Consensus;
        Assert.Equal((2UL, 30_000UL), (settings.PeriodSeconds, settings.EpochBlocks));
    }

    [Theory]
    [InlineData("\"periodSeconds\": 86401", "`config.chain.periodSeconds` is 86401; it must be from 0 to 86400")]
    [InlineData("\"epochBlocks\": 1", "`config.chain.epochBlocks` is 1; it must be from 2 to 1000000")]
    [InlineData("\"period\": 5", "`config.chain.period` is not known")]
    public void A_wrong_setting_is_named(string setting, string message) => Refuses(File(setting, Good), message);

    [Theory]
    [InlineData("", "`extraData` has 97 bytes; under Clique it must have 32 bytes of any content, 20 for each signer")]
    [InlineData("BA", "`extraData` lists the signer")]
    [InlineData("AA", "none of them twice")]
    public void A_wrong_list_of_signers_is_named(string signers, string message) =>
        Refuses(File(null, $"0x{Vanity}{List(signers)}{Seal}"), message);

    [Fact]
    public void ExtraData_that_is_missing_cut_or_sealed_is_refused()
    {
        Refuses(File(null, "0x"), "`extraData` has 0 bytes");
        Refuses(File(null, Good[..^2]), "`extraData` has 136 bytes");
        Refuses(File(null, $"{Good[..^2]}01"), "its last 65 bytes must be zero");
    }

    [Theory]
    [InlineData("\"difficulty\": 0", "`difficulty` is 0; under Clique it must be at least 1")]
    [InlineData("\"nonce\": 1", "`nonce` is 1; under Clique it must be 0")]
    [InlineData("\"coinbase\": \"0x1111111111111111111111111111111111111111\"", "`coinbase` is 0x1111")]
    [InlineData("\"mixHash\": \"0x1111111111111111111111111111111111111111111111111111111111111111\"", "`mixHash` is 0x1111")]
    public void A_genesis_block_that_is_no_checkpoint_is_refused(string field, string message) =>
        Refuses(File(null, Good, field), message);

    private static void Refuses(string json, string message) =>
        Assert.Contains(message, Assert.Throws<GenesisException>(() => Reader.Parse(json)).Message,
            StringComparison.Ordinal);

    private static string List(string letters) =>
        string.Concat(CliqueScene.Accounts(letters).Select(account => Hex.Encode(account.Bytes)[2..]));

    private static string File(string? setting, string extraData, string? field = null) =>
        $$"""
        { "config": { "chainId": 7, "chain": { "consensus": "clique"{{(setting is null ? "" : $", {setting}")}} } },
          "extraData": "{{extraData}}"{{(field is null ? "" : $", {field}")}} }
        """;
}
