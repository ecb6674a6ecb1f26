using System.Globalization;
using System.Text.Json;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules;

namespace Chain.Tests;

public sealed class GenesisExampleTests
{
    private const string Seed = "Chain example validators, worth nothing";

    private static readonly string Folder = Path.Combine(Repository.Root, "genesis");

    [Fact]
    public void Every_example_is_a_genesis_file_with_the_development_accounts()
    {
        var names = Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["proof-of-stake.json", "proof-of-work.json"], names);
        foreach (var name in names)
        {
            var genesis = Read(name!);
            Assert.NotNull(ConsensusFactory.BuildGenesis(genesis));
            Assert.Equal(10, genesis.Alloc.Count(account => account.Value.Balance == Ledger.Ether * 10_000));
            Assert.Contains(genesis.Alloc, account => account.Key == Address.Parse("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        }
    }

    [Fact]
    public void The_examples_validators_follow_from_the_seed_that_the_readme_gives()
    {
        var settings = (ProofOfStakeSettings)Read("proof-of-stake.json").Spec.Consensus;
        Assert.Contains(Seed, Readme(), StringComparison.Ordinal);
        Assert.Equal(16, settings.Validators.Count);
        for (var i = 0; i < settings.Validators.Count; i++)
        {
            var secret = new ValidatorSecret(SeededValidators.KeyOf(Seed, i));
            var validator = settings.Validators[i];
            Assert.Equal((secret.Key, secret.PrivateKey.Address),
                (new ValidatorKey(validator.PublicKey.Span), validator.WithdrawalAddress!.Value));

            // An onion is 65,536 hashes: two are enough to show the rest.
            if (i is 0 or 15) Assert.Equal(secret.Commitment(settings.RandaoOnionLayers), validator.RandaoCommitment);
        }
    }

    [Fact]
    public void The_readme_has_every_setting_of_proof_of_stake_with_its_default()
    {
        var (readme, defaults) = (Readme(), new ProofOfStakeSettings());
        foreach (var property in typeof(ProofOfStakeSettings).GetProperties().Where(property =>
            property.CanWrite && property.Name != nameof(ProofOfStakeSettings.Validators)))
        {
            var value = Convert.ToString(property.GetValue(defaults), CultureInfo.InvariantCulture);
            Assert.Contains($"| `{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}` | {value} |", readme,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_seeded_key_is_the_documented_hash()
    {
        byte[] input = [.. "chain/validator-key/1"u8, 3, 0, 0, 0, 0, 0, 0, 0, .. "a seed"u8];
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(input), SeededValidators.KeyOf("a seed", 3).Secret.ToArray());
        Assert.NotEqual(SeededValidators.KeyOf("a seed", 3).Address, SeededValidators.KeyOf("another", 3).Address);
    }

    private static GenesisFile Read(string name) => KnownRules.Genesis.Parse(File.ReadAllText(Path.Combine(Folder, name)));

    private static string Readme() => File.ReadAllText(Path.Combine(Folder, "README.md"));
}
