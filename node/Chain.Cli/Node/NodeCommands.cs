using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Chain.Host;
using Chain.Node;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rpc;
using Chain.Rules;
using Chain.Storage;
using Chain.Testnet;
using Microsoft.Extensions.Logging;

namespace Chain.Cli;

/// <summary>`chain node`: one node in this process.</summary>
internal static partial class NodeCommands
{
    private const long MaxSkewMs = 86_400_000;
    private const int LongestToken = 64 * 1024;

    public static Command Create() =>
        new("node", "Run and look after one node") { Run(), ChainFileCommands.Export(), ChainFileCommands.Import(),
            ChainFileCommands.Backup() };

    private static Command Run()
    {
        var genesis = new Option<FileInfo>("--genesis")
        {
            Description = "The genesis file of the network (geth's JSON)",
            Required = true,
        };
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "The folder for chain and identity; made if it is not there",
            Required = true,
        };
        var address = new Option<IPAddress>("--address")
        {
            Description = "The address to listen on",
            DefaultValueFactory = _ => IPAddress.Loopback,
            CustomParser = result => ParseAddress(result),
        };
        var rpcPort = new Option<int>("--rpc-port")
        {
            Description = "JSON-RPC over HTTP and WebSocket; 0 takes a free port",
            DefaultValueFactory = _ => 8545,
        };
        var adminPort = new Option<int?>("--admin-port")
        {
            Description = "A second port, always on loopback, where admin_ answers",
        };
        var tokenFile = new Option<FileInfo?>("--admin-token-file")
        {
            Description = "Who sends the token in this file as a bearer may use admin_ on any port",
        };
        var cors = new Option<string[]>("--rpc-cors")
        {
            Description = "Origin of a web page that may ask, beside those on this machine; \"*\" for all; may be repeated",
            DefaultValueFactory = _ => [],
        };
        var hosts = new Option<string[]>("--rpc-host")
        {
            Description = "Name under which the node may be called, beside localhost; \"*\" for all; may be repeated",
            DefaultValueFactory = _ => [],
        };
        var peerPort = new Option<int>("--p2p-port")
        {
            Description = "Peers; 0 takes a free port",
            DefaultValueFactory = _ => 30303,
        };
        var peers = new Option<string[]>("--peer")
        {
            Description = "enode:// URL of a peer to keep; may be repeated",
            DefaultValueFactory = _ => [],
        };
        var trusted = new Option<string[]>("--trusted-peer")
        {
            Description = "enode:// URL of a peer that always gets a place, whoever dials; may be repeated",
            DefaultValueFactory = _ => [],
        };
        var bootnodes = new Option<string[]>("--bootnode")
        {
            Description = "enode:// URL to learn further peers from; may be repeated",
            DefaultValueFactory = _ => [],
        };
        var coinbase = new Option<string?>("--coinbase") { Description = "Who gets the rewards and fees of blocks made here" };
        var mine = new Option<bool>("--mine") { Description = "Search for blocks inside this process (needs --coinbase)" };
        var threads = new Option<int>("--mine-threads") { Description = "Threads that search", DefaultValueFactory = _ => 1 };
        var hashRate = new Option<double?>("--hash-rate") { Description = "Search no faster than this many hashes a second" };
        var faults = new Option<bool>("--faults")
        {
            Description = "Let partition, loss, delay and clock skew be commanded (test networks)",
        };
        var store = new Option<string>("--store")
        {
            Description = $"The kind of store: {string.Join(", ", DiskStores.Names)}",
            DefaultValueFactory = _ => DiskStores.Sqlite,
        };
        var archive = new Option<bool>("--archive") { Description = "Keep the states of all blocks" };
        var skew = new Option<long>("--clock-skew") { Description = "Milliseconds by which this node's clock is ahead" };
        var name = new Option<string>("--name") { Description = "What the node calls itself", DefaultValueFactory = _ => "node" };
        var logFile = new Option<FileInfo?>("--log-file") { Description = "Write the log here instead of to standard output" };
        var command = new Command("run", "Run a node until it is told to end") { genesis, data, store, address, rpcPort,
            adminPort, tokenFile, cors, hosts, peerPort, peers, trusted, bootnodes, coinbase, mine, threads, hashRate, faults,
            archive, skew, name, logFile };
        var rules = new RuleOptions();
        rules.AddTo(command);
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            CheckPort(rpcPort.Name, parsed.GetValue(rpcPort));
            CheckPort(peerPort.Name, parsed.GetValue(peerPort));
            CheckPort(adminPort.Name, parsed.GetValue(adminPort) ?? 0);
            if (parsed.GetValue(hashRate) is { } rate && !(rate > 0))
                throw new UsageException(string.Create(CultureInfo.InvariantCulture,
                    $"--hash-rate {rate} allows no search; give hashes a second above zero."));
            if (DiskStores.FindProblem(parsed.GetValue(store)!) is { } noStore) throw new UsageException($"--store: {noStore}");
            if (parsed.GetValue(threads) < 1)
                throw new UsageException($"--mine-threads {parsed.GetValue(threads)} cannot search; give 1 or more.");
            if (parsed.GetValue(skew) is < -MaxSkewMs or > MaxSkewMs)
                throw new UsageException($"--clock-skew {parsed.GetValue(skew)} is more than a day.");
            var parsedGenesis = GenesisFiles.Read(KnownRules.Genesis, parsed.GetValue(genesis)!);
            var dataFolder = parsed.GetValue(data)!.FullName;
            if (File.Exists(dataFolder)) throw new UsageException($"--data {dataFolder} is a file; name a folder.");
            var options = new NodeHostOptions
            {
                Genesis = parsedGenesis,
                DataFolder = dataFolder,
                Store = parsed.GetValue(store)!,
                Listen = new IPEndPoint(parsed.GetValue(address)!, parsed.GetValue(peerPort)),
                Rpc = new RpcServerOptions
                {
                    Address = parsed.GetValue(address)!,
                    Port = parsed.GetValue(rpcPort),
                    AdminPort = parsed.GetValue(adminPort),
                    AdminToken = parsed.GetValue(tokenFile) is { } secret
                    ? SmallFile.ReadText(secret.FullName, LongestToken).Trim()
                    : null,
                    CorsOrigins = parsed.GetValue(cors)!,
                    HostNames = parsed.GetValue(hosts)!,
                },
                StaticPeers = Enodes(parsed.GetValue(peers)!),
                TrustedPeers = Enodes(parsed.GetValue(trusted)!),
                Bootnodes = Enodes(parsed.GetValue(bootnodes)!),
                Beneficiary = parsed.GetValue(coinbase) is { } text ? ParseCoinbase(text) : null,
                MineHere = parsed.GetValue(mine),
                MiningThreads = Math.Clamp(parsed.GetValue(threads), 1, Environment.ProcessorCount),
                HashRateLimit = parsed.GetValue(hashRate),
                Rule = rules.Read(parsed, parsedGenesis, dataFolder),
                AllowFaults = parsed.GetValue(faults),
                Archive = parsed.GetValue(archive),
                ClockSkewMs = parsed.GetValue(skew),
                Name = parsed.GetValue(name)!,
            };
            if (options.MineHere && options.Beneficiary is null)
                throw new UsageException("--mine needs --coinbase: somebody must get the rewards.");
            using var loggers = new LogFactory(parsed.GetValue(logFile)?.FullName);
            return await RunAsync(options, loggers);
        }));
        return command;
    }

    private static async Task<int> RunAsync(NodeHostOptions options, LogFactory loggers)
    {
        var interrupted = new TaskCompletionSource();
        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            interrupted.TrySetResult();
        }

        // A bug on any thread ends the process; the log says which.
        AppDomain.CurrentDomain.UnhandledException += (_, unhandled) =>
            NodeEnded(loggers.CreateLogger("Chain"),
                unhandled.ExceptionObject as Exception ?? new InvalidOperationException("unknown"), "a bug");
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        // A node outlives the terminal it was started from.
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        try
        {
            await using var host = await NodeHost.StartAsync(options, loggers, TimeProvider.System);
            await await Task.WhenAny(interrupted.Task, host.Ended);
            return ExitCodes.Ok;
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            // For the log file; the caller tells the person.
            NodeRefused(loggers.CreateLogger("Chain"), e.Message);
            throw;
        }
        catch (Exception e)
        {
            NodeEnded(loggers.CreateLogger("Chain"), e, e.Message);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The node cannot run: {Why}")]
    private static partial void NodeRefused(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The node ended: {Why}")]
    private static partial void NodeEnded(ILogger logger, Exception e, string why);

    private static Enode[] Enodes(string[] urls) =>
        [.. urls.Select(url =>
            Enode.Parse(url).IsOk(out var enode, out var error)
            ? enode
            : throw new UsageException($"--peer or --bootnode: {error}"))];

    private static void CheckPort(string option, int port)
    {
        if (port is < 0 or > IPEndPoint.MaxPort)
            throw new UsageException($"{option} {port} is no port; they are 0 to {IPEndPoint.MaxPort}.");
    }

    private static Address ParseCoinbase(string text) =>
        Address.TryParse(text, out var address)
        ? address
        : throw new UsageException($"--coinbase '{text}' is not an address (40 hex digits; mixed case must match its EIP-55 "
            + $"checksum).");

    private static IPAddress? ParseAddress(System.CommandLine.Parsing.ArgumentResult result)
    {
        if (IPAddress.TryParse(result.Tokens[0].Value, out var address)) return address;
        result.AddError($"--address '{result.Tokens[0].Value}' is not an IP address.");
        return null;
    }
}
