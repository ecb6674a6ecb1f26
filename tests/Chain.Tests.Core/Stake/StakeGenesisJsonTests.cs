using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class StakeGenesisJsonTests
{
    /// <summary>All settings that are plain numbers.</summary>
    private static readonly IReadOnlyList<PropertyInfo> Numbers =
        [.. typeof(ProofOfStakeSettings).GetProperties().Where(one => one.CanWrite && one.PropertyType == typeof(ulong))];

    [Fact]
    public void A_file_without_settings_has_the_defaults()
    {
        var settings = Settings(StakeGenesisFile.Parse(StakeGenesisFile.Validators(8)));
        var defaults = new ProofOfStakeSettings
        {
            RandaoOnionLayers = settings.RandaoOnionLayers,
            Validators = settings.Validators,
        };
        Assert.Equal(defaults, settings);
    }

    [Fact]
    public void Every_setting_is_read_under_its_name()
    {
        var defaults = new ProofOfStakeSettings();
        foreach (var property in Numbers)
        {
            // One less is within the bounds of every setting whose default is not its least value, one more within the others'.
            var value = (ulong)property.GetValue(defaults)!;
            var other = property.Name is "MaxEffectiveBalance"
                ? 31_000_000_000
                : property.Name is "EffectiveBalanceIncrement"
                ? 500_000_000
                : AcceptsLess(property, value)
                ? value - 1
                : value + 1;
            var settings = Settings(StakeGenesisFile.Parse(StakeGenesisFile.Validators(9), (JsonName(property), other)));
            Assert.Equal((property.Name, other), (property.Name, (ulong)property.GetValue(settings)!));
        }

        var address = Settings(StakeGenesisFile.Parse(StakeGenesisFile.Validators(8),
            ("depositAddress", "0x00000000000000000000000000000000000a11ce"))).DepositAddress;
        Assert.Equal(Ledger.Miner, address);
    }

    [Theory]
    [InlineData("slotDurationMs", 99, 100, "from 100 to 86400000")]
    [InlineData("slotsPerEpoch", 1, 2, "from 2 to 4096")]
    [InlineData("doubleVotePenaltyPpm", 9_999, 10_000, "from 10000 to 50000")]
    [InlineData("doubleVotePenaltyPpm", 50_001, 50_000, "from 10000 to 50000")]
    [InlineData("surroundVotePenaltyPpm", 9_999, 10_000, "from 10000 to 30000")]
    [InlineData("surroundVotePenaltyPpm", 30_001, 30_000, "from 10000 to 30000")]
    [InlineData("doubleProposalPenaltyPpm", 19_999, 20_000, "from 20000 to 50000")]
    [InlineData("doubleProposalPenaltyPpm", 50_001, 50_000, "from 20000 to 50000")]
    [InlineData("confirmationByzantineThreshold", 26, 25, "from 0 to 25")]
    [InlineData("slotsPerHistoricalRoot", 15, 16, "from 16 to 65536")]
    [InlineData("epochsPerHistoricalVector", 4, 5, "from 5 to 65536")]
    [InlineData("epochsPerSlashingsVector", 1, 2, "from 2 to 65536")]
    [InlineData("minSeedLookahead", 0, 1, "from 1 to 256")]
    [InlineData("maxSeedLookahead", 0, 1, "from 1 to 1048576")]
    [InlineData("randaoOnionLayers", 6, 7, "from 7 to 16777216")]
    [InlineData("whistleblowerRewardQuotient", 33, 34, "from 34 to 4294967296")]
    [InlineData("ejectionBalance", 32_000_000_000, 31_999_999_999, "from 0 to 31999999999")]
    [InlineData("shuffleRoundCount", 256, 255, "from 1 to 255")]
    [InlineData("minDepositGwei", 0, 1, "from 1 to 32000000000")]
    [InlineData("churnLimitQuotient", 0, 1, "from 1 to 1048576")]
    [InlineData("baseRewardFactor", 4097, 4096, "from 0 to 4096")]
    public void A_setting_out_of_its_range_is_refused_with_the_range(string name, long wrong, long good, string range)
    {
        var error = Assert.Throws<GenesisException>(() => StakeGenesisFile.Parse(StakeGenesisFile.Validators(8), (name, wrong)));
        Assert.Contains($"`config.chain.{name}` is {wrong}; it must be {range}", error.Message, StringComparison.Ordinal);
        Assert.NotNull(StakeGenesisFile.Parse(StakeGenesisFile.Validators(8), (name, good)));
    }

    [Theory]
    [InlineData(32_000_000_001)]
    [InlineData(999_999_999)]
    [InlineData(2_049_000_000_000)]
    public void The_greatest_effective_balance_is_a_whole_number_of_increments(long gwei) =>
        Refuses("`config.chain.maxEffectiveBalance`", StakeGenesisFile.Validators(8), ("maxEffectiveBalance", gwei));

    [Fact]
    public void An_unknown_setting_is_refused_with_those_that_are_known()
    {
        Refuses("`config.chain.slotDurationMS` is not known; known are attestationDueBps,", StakeGenesisFile.Validators(8),
            ("slotDurationMS", 250));
        Refuses("`config.chain.blockTimeSeconds` is not known", StakeGenesisFile.Validators(8), ("blockTimeSeconds", 2));
    }

    [Fact]
    public void Fewer_active_validators_than_slots_in_an_epoch_are_refused()
    {
        Refuses("has 7 validators with 32000000000 Gwei; there must be at least 8", StakeGenesisFile.Validators(7));
        Refuses("has 0 validators", validators: null);
        Refuses("has 7 validators", With(StakeGenesisFile.Validators(8), 2, "balanceGwei", 31_999_999_999));
        Assert.NotNull(StakeGenesisFile.Parse(StakeGenesisFile.Validators(4), ("slotsPerEpoch", 4)));
    }

    [Fact]
    public void A_validator_has_its_key_compressed_or_not_and_what_is_left_out_has_a_default()
    {
        var compressed = new byte[33];
        Secp256k1.Compress(StakeSample.KeyOf(3).PublicKey, compressed);
        var validators = With(StakeGenesisFile.Validators(8), 2, "publicKey", Hex.Encode(compressed));
        validators[4]!.AsObject().Remove("withdrawalAddress");
        validators[5]!["balanceGwei"] = 33_000_000_000;
        var settings = Settings(StakeGenesisFile.Parse(validators));

        Assert.Equal(StakeSample.KeyOf(3).PublicKey.ToArray(), settings.Validators[2].PublicKey.ToArray());
        Assert.Equal((null, StakeSample.KeyOf(4).Address),
            (settings.Validators[4].WithdrawalAddress, settings.Validators[3].WithdrawalAddress));
        Assert.Equal((32_000_000_000UL, 33_000_000_000UL),
            (settings.Validators[4].BalanceGwei, settings.Validators[5].BalanceGwei));
    }

    [Fact]
    public void A_wrong_validator_is_refused_with_its_place()
    {
        var noPoint = StakeSample.KeyOf(5).PublicKey.ToArray();
        noPoint[63] ^= 1;
        Refuses("`config.chain.validators[4].publicKey`",
            With(StakeGenesisFile.Validators(8), 4, "publicKey", Hex.Encode(noPoint)));
        Refuses("33 bytes (compressed) or 64 (x and y), not 32",
            With(StakeGenesisFile.Validators(8), 4, "publicKey", Hash256.Zero.ToString()));
        Refuses("no point of secp256k1",
            With(StakeGenesisFile.Validators(8), 4, "publicKey", Hex.Encode([4, .. StakeSample.KeyOf(5).PublicKey[..32]])));
        Refuses("`config.chain.validators[6].publicKey` is the key of `config.chain.validators[1].publicKey` again",
            With(StakeGenesisFile.Validators(8), 6, "publicKey", Hex.Encode(StakeSample.KeyOf(2).PublicKey)));
        Refuses("`config.chain.validators[0].randaoCommitment`",
            With(StakeGenesisFile.Validators(8), 0, "randaoCommitment", "0x12"));
        Refuses("`config.chain.validators[0].withdrawalAddress`",
            With(StakeGenesisFile.Validators(8), 0, "withdrawalAddress", "nowhere"));
        Refuses("`config.chain.validators[7].balanceGwei` is 1", With(StakeGenesisFile.Validators(8), 7, "balanceGwei", 1));
        Refuses("`config.chain.validators[7].pubkey` is not known", With(StakeGenesisFile.Validators(8), 7, "pubkey", "0x"));
        Refuses("`config.chain.validators[0].randaoCommitment` is missing", [new JsonObject
        {
            ["publicKey"] = Hex.Encode(StakeSample.KeyOf(1).PublicKey),
        }]);
        Refuses("`config.chain.validators[1]` is 5; it must be an object", [StakeGenesisFile.Validator(1), 5]);
    }

    [Fact]
    public void The_deposit_address_is_not_the_zero_address() =>
        Refuses("`config.chain.depositAddress` is the zero address", StakeGenesisFile.Validators(8),
            ("depositAddress", Address.Zero.ToString()));

    [Fact]
    public void Difficulty_is_zero_unless_the_file_gives_one() =>
        Assert.Equal(UInt256.Zero, StakeGenesisFile.Parse(StakeGenesisFile.Validators(8)).Difficulty);

    private static bool AcceptsLess(PropertyInfo property, ulong value) =>
        value > 0 && property.Name is not ("MinSeedLookahead" or "MinAttestationInclusionDelay");

    private static ProofOfStakeSettings Settings(GenesisFile file) => (ProofOfStakeSettings)file.Spec.Consensus;

    private static string JsonName(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    private static JsonArray With(JsonArray validators, int index, string name, JsonNode value)
    {
        validators[index]![name] = value;
        return validators;
    }

    private static void Refuses(string message, JsonArray? validators, params (string Name, JsonNode? Value)[] settings) =>
        Assert.Contains(message, Assert.Throws<GenesisException>(() => StakeGenesisFile.Parse(validators, settings)).Message,
            StringComparison.Ordinal);
}
