using System.Buffers.Binary;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Rules.Stake;

/// <summary>Simulated networks under proof of stake: validators spread over nodes, a genesis file that names them.</summary>
public static class SimulatedStake
{
    /// <summary>Hash onions are short where nothing runs for long.</summary>
    public static readonly ProofOfStakeSettings Settings = new() { RandaoOnionLayers = 4096 };

    /// <param name="nodes">How many nodes.</param>
    /// <param name="validators">How many validators, dealt out in turn: validator i is on node i modulo the nodes.</param>
    /// <param name="seed">Of the links and of nothing else.</param>
    /// <param name="settings">Without validators.</param>
    /// <param name="misbehaviours">By validator.</param>
    /// <param name="alloc">Accounts that have something from the start.</param>
    /// <param name="timestamp">When slot zero begins, in seconds since 1970-01-01 UTC.</param>
    /// <param name="newcomers">How many more keys the nodes act for, without stake so far.</param>
    public static SimulatedNetwork Create(
        int nodes,
        int validators,
        ulong seed,
        ProofOfStakeSettings? settings = null,
        IReadOnlyDictionary<int, Misbehaviour>? misbehaviours = null,
        IReadOnlyList<KeyValuePair<Address, GenesisAccount>>? alloc = null,
        ulong timestamp = 1_800_000_000,
        int newcomers = 0)
    {
        settings ??= Settings;
        var secrets = Enumerable.Range(0, validators + newcomers).Select(SecretOf).ToList();
        var genesis = GenesisOf([.. secrets.Take(validators)], settings, timestamp, alloc ?? []);
        var stake = (ProofOfStakeSettings)genesis.Spec.Consensus;
        var crews = Enumerable.Range(0, nodes)
            .Select(node => new SimulatedCrew(stake, [.. Enumerable.Range(0, validators + newcomers)
                .Where(validator => validator % nodes == node)
                .Select(validator =>
                    new SimulatedValidator(secrets[validator],
                        misbehaviours?.GetValueOrDefault(validator) ?? Misbehaviour.None))]))
            .ToList();
        var rules = ProofOfStake.Create(genesis.Spec, stake, ConsensusFactory.BuildGenesis(genesis).Block.Header,
            new StakeOptions { Signatures = new SharedSignatures() });
        var network = new SimulatedNetwork(genesis, nodes, seed, rules, crews);
        network.ConnectAll();
        return network;
    }

    /// <summary>The stake as a node sees it.</summary>
    public static StakeView StakeOf(this SimulatedNode node) => (StakeView)node.Core.View.Consensus!;

    /// <summary>The validators that a node acts for.</summary>
    public static SimulatedCrew Crew(this SimulatedNode node) => (SimulatedCrew)node.Duties!;

    /// <summary>From now on a node acts for these validators.</summary>
    public static void SetValidators(this SimulatedNetwork network, int index, IReadOnlyList<SimulatedValidator> validators)
    {
        var crew = network.Nodes[index].Crew();
        crew.Validators = validators;
        network.SetDuties(index, crew);
    }

    /// <summary>A genesis file that names these validators.</summary>
    /// <param name="timestamp">When slot zero begins, in seconds since 1970-01-01 UTC.</param>
    public static GenesisFile GenesisOf(
        IReadOnlyList<ValidatorSecret> secrets, ProofOfStakeSettings settings, ulong timestamp,
        IReadOnlyList<KeyValuePair<Address, GenesisAccount>> alloc) => new()
        {
            Spec = new ChainSpec
            {
                ChainId = 31337,
                Consensus = settings with { Validators = [.. secrets.Select(secret => Stake(secret, settings))] },
            },
            Difficulty = UInt256.Zero,
            GasLimit = 30_000_000,
            Timestamp = timestamp,
            MixHash = Keccak256.Hash("Chain"u8),
            Alloc = alloc,
        };

    /// <summary>The secret of a simulated validator: anybody can know it.</summary>
    public static ValidatorSecret SecretOf(int index)
    {
        Span<byte> key = stackalloc byte[PrivateKey.Size];
        BinaryPrimitives.WriteInt32BigEndian(key[^4..], index + 1);
        return new ValidatorSecret(new PrivateKey(key));
    }

    private static GenesisValidator Stake(ValidatorSecret secret, ProofOfStakeSettings settings) =>
        new(secret.Key.Bytes.ToArray(), secret.Commitment(settings.RandaoOnionLayers), secret.PrivateKey.Address,
            settings.MaxEffectiveBalance);
}
