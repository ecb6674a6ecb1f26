using System.CommandLine;
using Chain.Cli;
using Chain.Rules;
using Chain.Testnet;

namespace Chain.Tests;

/// <summary>`chain testnet up` on a network that exists.</summary>
public sealed class ResumptionTests : IDisposable
{
    private const string Made =
        "--consensus pos --nodes 1 --rpc-port 21745 --p2p-port 21795 --slot 500ms --behave v3=equivocate";

    private readonly string _path = Directory.CreateTempSubdirectory("chain-resume-").FullName;
    private readonly WishOptions _options = new();
    private readonly Command _command = new("up");

    public ResumptionTests() => _options.AddTo(_command);

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData(Made)]
    [InlineData("--slots-per-epoch 8 --validators 16")]
    public void Options_that_the_network_was_made_with_are_taken(string options) =>
        _options.CheckResumes(_command.Parse(options), Make());

    [Theory]
    [InlineData("--consensus pow", "runs under proof of stake", "--consensus")]
    [InlineData("--nodes 4", "has 1 node,", "--nodes")]
    [InlineData("--rpc-port 9000", "JSON-RPC ports from 21745 on", "--rpc-port")]
    [InlineData("--p2p-port 9000", "peer ports from 21795 on", "--p2p-port")]
    [InlineData("--slot 1s", "was made with --slot 500ms", "--slot")]
    [InlineData("--slots-per-epoch 4", "was made with --slots-per-epoch 8", "--slots-per-epoch")]
    [InlineData("--validators 32", "was made with --validators 16", "--validators")]
    [InlineData("--genesis-delay 3s", "was made without --genesis-delay", "--genesis-delay")]
    [InlineData("--behave v4=equivocate", "was made with --behave v3=equivocate", "--behave")]
    [InlineData("--hash-rate 3", "--hash-rate means nothing under --consensus pos", "--hash-rate")]
    public void An_option_that_asks_for_something_else_is_refused_by_name(string options, string why, string option)
    {
        var refused = Assert.Throws<UsageException>(() => _options.CheckResumes(_command.Parse(options), Make())).Message;
        Assert.Contains(why, refused, StringComparison.Ordinal);
        Assert.Contains(option, refused, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_did_not_note_its_options_refuses_all_that_it_cannot_compare()
    {
        Make();
        var file = Path.Combine(_path, "testnet.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"madeWith\"", "\"other\"", StringComparison.Ordinal));
        var runner = TestnetRunner.Open(new TestnetFolder(_path), KnownRules.Networks);

        _options.CheckResumes(_command.Parse("--nodes 1"), runner);
        Assert.Contains("did not note its options",
            Assert.Throws<UsageException>(() => _options.CheckResumes(_command.Parse("--slot 500ms"), runner)).Message,
            StringComparison.Ordinal);
    }

    private TestnetRunner Make()
    {
        var folder = new TestnetFolder(_path);
        TestnetPlan.Create(folder, _options.Read(_command.Parse(Made)));
        return TestnetRunner.Open(folder, KnownRules.Networks);
    }
}
