using Chain.Node;
using Chain.Primitives;
using Chain.Rules;
using Chain.Rules.Stake;
using Chain.Rules.Work;
using Chain.Testnet;

namespace Chain.Tests;

public sealed class TestnetFolderTests : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("chain-folder-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"version\": 1,")]
    public void A_damaged_manifest_is_refused_with_its_name(string text)
    {
        File.WriteAllText(Path.Combine(_path, "testnet.json"), text);
        var refused = Assert.Throws<TestnetException>(() => new TestnetFolder(_path).Load(KnownRules.Networks));
        Assert.Contains("testnet.json", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nodes[0].rpcPort", "\"rpcPort\": 8545", "\"rpcPort\": -1")]
    [InlineData("nodes[0].adminPort", "\"adminPort\": 9545", "\"adminPort\": 65536")]
    [InlineData("nodes[0].peerPort", "\"peerPort\": 30303", "\"peerPort\": 0")]
    [InlineData("nodes[0].peerPort", "\"peerPort\": 30303", "\"peerPort\": \"30303\"")]
    [InlineData("nodes[0].peerPort", "\"peerPort\": 30303", "\"peerPort\": 99999999999")]
    [InlineData("peerPort", "\"peerPort\": 30303,", "")]
    [InlineData("nodes[0].enode", "enode://", "http://")]
    [InlineData("nodes[0].enode", "\"enode\": \"", "\"enode\": null, \"other\": \"")]
    [InlineData("nodes[0].nodeId", "\"nodeId\": \"", "\"nodeId\": \"x")]
    [InlineData("nodes[0].beneficiary", "\"beneficiary\": \"", "\"beneficiary\": \"x")]
    [InlineData("nodes[0].index", "\"index\": 0", "\"index\": 5")]
    [InlineData("nodes[0].validators", "\"count\": 4", "\"count\": 2147483647")]
    [InlineData("nodes[0].validators.behave", "\"behave\": []", "\"behave\": [null]")]
    [InlineData("nodes[0].validators.behave", "\"behave\": []", "\"behave\": null")]
    [InlineData("consensus", "\"consensus\": \"pos\"", "\"consensus\": \"luck\"")]
    [InlineData("stake", "\"stake\": {", "\"other\": {")]
    [InlineData("stake.slotMs", "\"slotMs\": 2000", "\"slotMs\": 0")]
    [InlineData("stake.genesisTime", "\"genesisTime\": 1", "\"genesisTime\": 999999999999999999")]
    [InlineData("nodes", "\"nodes\": [", "\"nodes\": [], \"other\": [")]
    [InlineData("nodes", "\"nodes\": [", "\"nodes\": null, \"other\": [")]
    [InlineData("nodes", "\"nodes\": [", "\"other\": [")]
    [InlineData("nodes[0]", "\"nodes\": [", "\"nodes\": [null,")]
    public void A_manifest_changed_by_hand_is_refused_with_the_field_that_is_wrong(string field, string was, string isNow)
    {
        RefusesWith(field, Sound(), was, isNow);
    }

    [Theory]
    [InlineData("nodes[0].hashRate", "\"hashRate\": 7", "\"hashRate\": -7")]
    [InlineData("nodes[0].hashRate", "\"hashRate\": 7", "\"hashRate\": \"7\"")]
    [InlineData("hashRate", "\"hashRate\": 8", "\"hashRate\": 1e400")]
    [InlineData("hashRate", "\"hashRate\": 8", "\"other\": 8")]
    public void A_manifest_of_miners_is_refused_with_the_field_that_is_wrong(string field, string was, string isNow)
    {
        var sound = Sound();
        var own = WorkNetwork.Fields(2, 8);
        var miners = sound with { Consensus = "pow", Own = own, Nodes = [sound.Nodes[0] with { Own = WorkNetwork.Fields(7) }] };
        RefusesWith(field, miners, was, isNow);
    }

    [Theory]
    [InlineData(1, "error: the file is gone")]
    [InlineData(-1, "logged last")]
    public void A_dead_node_is_explained_by_what_it_wrote_last(int errorAfterLog, string expected)
    {
        var folder = new TestnetFolder(_path);
        Directory.CreateDirectory(folder.NodeFolder(0));
        Assert.Equal("No log was written.", folder.LastWords(0));
        File.WriteAllLines(folder.LogFile(0), ["logged", "logged last"]);
        File.WriteAllLines(folder.ErrorFile(0), ["error: of an older run", "error: the file is gone"]);
        var logged = DateTime.UnixEpoch.AddDays(1);
        File.SetLastWriteTimeUtc(folder.LogFile(0), logged);
        File.SetLastWriteTimeUtc(folder.ErrorFile(0), logged.AddHours(errorAfterLog));
        var said = folder.LastWords(0);
        Assert.EndsWith(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain("older run", said, StringComparison.Ordinal);
    }

    private void RefusesWith(string field, TestnetManifest manifest, string was, string isNow)
    {
        var (folder, file) = (new TestnetFolder(_path), Path.Combine(_path, "testnet.json"));
        folder.Create(manifest, "{}");
        folder.Load(KnownRules.Networks);
        var sound = File.ReadAllText(file);
        Assert.Contains(was, sound, StringComparison.Ordinal);
        File.WriteAllText(file, sound.Replace(was, isNow, StringComparison.Ordinal));
        var said = Assert.Throws<TestnetException>(() => folder.Load(KnownRules.Networks)).Message;
        Assert.Contains(file, said, StringComparison.Ordinal);
        Assert.Contains(field, said, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Chain.Testnet", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    private static TestnetManifest Sound()
    {
        var id = NodeId.Of(TestHub.KeyOf(1)).ToString();
        var node = new TestnetNode(0, 8545, 9545, 30303, $"enode://{id}@127.0.0.1:30303", id,
            new Address(new byte[20]).ToString())
        {
            Own = StakeManifest.Fields(new TestnetValidators(0, 4, [])),
        };
        return new TestnetManifest
        {
            Version = 1,
            Consensus = "pos",
            ChainId = 1,
            Own = StakeManifest.Fields(new TestnetStake(2000, 8, 4, 1)),
            Nodes = [node],
        };
    }
}
