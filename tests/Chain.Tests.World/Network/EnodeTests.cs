using System.Net;
using Chain.Host;
using Chain.Network;
using Chain.Node;

namespace Chain.Tests;

public sealed class EnodeTests
{
    private static readonly string Id = NodeId.Of(TestHub.KeyOf(1)).ToString();

    [Theory]
    [InlineData("127.0.0.1", 30303)]
    [InlineData("[::1]", 1)]
    [InlineData("node-7.example.org", 65535)]
    public void A_URL_leads_back_to_itself(string host, int port)
    {
        var url = $"enode://{Id}@{host}:{port}";

        Assert.Equal(url, Enode.Parse(url).Value.ToString());
        Assert.Equal(url, Enode.Parse(url + "?discport=0").Value.ToString());
    }

    [Theory]
    [InlineData("", "begin with enode://")]
    [InlineData("http://x", "begin with enode://")]
    [InlineData("enode://abc", "no @")]
    [InlineData("enode://abc@127.0.0.1:30303", "128 hex digits")]
    [InlineData("enode://ID@127.0.0.1", "no port")]
    [InlineData("enode://ID@127.0.0.1:0", "port from 1")]
    [InlineData("enode://ID@127.0.0.1:65536", "port from 1")]
    [InlineData("enode://ID@127.0.0.1:-1", "port from 1")]
    [InlineData("enode://ID@not a host:30303", "neither an address nor a name")]
    public void Anything_else_is_refused_with_the_reason(string url, string why) =>
        Assert.Contains(why, Enode.Parse(url.Replace("ID", Id, StringComparison.Ordinal)).Error, StringComparison.Ordinal);

    [Fact]
    public void A_node_id_off_the_curve_is_refused() =>
        Assert.Contains("not a public key", Enode.Parse($"enode://{new string('1', 128)}@127.0.0.1:1").Error,
            StringComparison.Ordinal);

    [Fact]
    public void A_node_key_is_made_once_and_read_from_then_on()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("chain-key-").FullName, "nodekey");
        try
        {
            var made = NodeKeyFile.LoadOrCreate(path).Value;
            Assert.Equal(NodeId.Of(made), NodeId.Of(NodeKeyFile.LoadOrCreate(path).Value));
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

            File.WriteAllText(path, "not a key");
            Assert.Contains("is not 64 hex digits", NodeKeyFile.LoadOrCreate(path).Error, StringComparison.Ordinal);
            Assert.Contains("cannot be read or made", NodeKeyFile.LoadOrCreate(Path.Combine(path, "below", "a-file")).Error,
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", 0)]
    [InlineData("::1", 0)]
    [InlineData("::ffff:127.0.0.1", 0)]
    [InlineData("0.0.0.0", 0)]
    [InlineData("10.1.2.3", 1)]
    [InlineData("192.168.0.1", 1)]
    [InlineData("172.31.0.1", 1)]
    [InlineData("169.254.1.1", 1)]
    [InlineData("fe80::1", 1)]
    [InlineData("fd00::1", 1)]
    [InlineData("172.32.0.1", 2)]
    [InlineData("8.8.8.8", 2)]
    [InlineData("2001:4860::8888", 2)]
    public void An_address_is_of_this_machine_of_its_network_or_of_the_world(string address, int scope) =>
        Assert.Equal(scope, AddressScope.Of(IPAddress.Parse(address)));
}
