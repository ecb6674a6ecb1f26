using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Chain.Mining;

/// <summary>
/// Execution units that this model lets an instruction set use in one cycle: all of them for logic, some for shifts.
/// </summary>
internal readonly record struct Units(int Logic, int Shift);

/// <summary>What this model takes the processor to be.</summary>
/// <param name="Name">The family, as far as it was recognised.</param>
/// <param name="Scalar">General-purpose registers.</param>
/// <param name="Vector">128 and 256 bits.</param>
/// <param name="Wide">512 bits.</param>
internal sealed record ProcessorModel(string Name, Units Scalar, Units Vector, Units Wide)
{
    /// <summary>
    /// Whether the just-in-time compiler turns pairs of 256-bit logic instructions into one ternary instruction by itself, as it
    /// does where AVX-512VL is there. Then "avx2" uses more than its name says.
    /// </summary>
    public bool CompilerFoldsLogic { get; init; }

    public static ProcessorModel Here()
    {
        if (RuntimeInformation.ProcessArchitecture == Architecture.Arm64)
            return new ProcessorModel("Arm with four vector units (assumed)", new Units(4, 4), new Units(4, 2), new Units(1, 1));
        if (!X86Base.IsSupported) return Unknown;
        return OfX86() with { CompilerFoldsLogic = Avx512F.VL.IsSupported };
    }

    private static ProcessorModel OfX86()
    {
        var (_, ebx, ecx, edx) = X86Base.CpuId(0, 0);
        var (signature, _, _, _) = X86Base.CpuId(1, 0);
        var family = ((signature >> 8) & 0xF) + ((signature >> 20) & 0xFF);
        const int Auth = 0x68747541, Genu = 0x756E6547;
        return (ebx, ecx, edx) switch
        {
            (Auth, _, _) when family >= 0x1A =>
                new ProcessorModel("AMD Zen 5", new Units(6, 3), new Units(4, 2), new Units(4, 2)),
            (Auth, _, _) when family >= 0x17 && Avx512F.IsSupported =>
                new ProcessorModel("AMD Zen 4", new Units(4, 2), new Units(4, 2), new Units(2, 1)),
            (Auth, _, _) when family >= 0x17 =>
                new ProcessorModel("AMD Zen 2 or 3", new Units(4, 2), new Units(4, 2), new Units(2, 1)),
            (Genu, _, _) => new ProcessorModel("Intel, Ice Lake or alike", new Units(4, 2), new Units(3, 2), new Units(2, 1)),
            _ => Unknown,
        };
    }

    private static ProcessorModel Unknown =>
        new("not recognised; units as of Ice Lake", new Units(4, 2), new Units(3, 2), new Units(2, 1));
}

/// <summary>
/// The rate at which the arithmetic of the body alone fills the execution units: no engine can beat it, and what is missing to it
/// is loads, stores, moves, dependencies and the loop.
/// </summary>
/// <param name="Instructions">Logic, shift, rotate and shuffle instructions for one vector.</param>
/// <param name="CyclesPerHash">By the busier of all units and shift units.</param>
internal sealed record IssueLimit(int Instructions, double CyclesPerHash)
{
    /// <summary>Null for an engine of another make.</summary>
    public static IssueLimit? Of(string engine, LaneOperations counts, ProcessorModel processor) => engine switch
    {
        // And-not is one instruction; a rotate is one shift.
        "scalar" => From(counts, 1, processor.Scalar, rotate: (0, 1), wholeBytes: (0, 1), Pairs),
        "avx2" => From(counts, 4, processor.Vector, rotate: (1, 2), wholeBytes: (0, 1),
            processor.CompilerFoldsLogic ? Folded : Pairs),
        "advsimd" => From(counts, 2, processor.Vector, rotate: (0, 2), wholeBytes: (0, 2), Pairs),
        "avx512vl" => From(counts, 4, processor.Vector, rotate: (0, 1), wholeBytes: (0, 1), Ternary),
        "avx512" => From(counts, 8, processor.Wide, rotate: (0, 1), wholeBytes: (0, 1), Ternary),
        _ => null,
    };

    // With ternary logic written out theta's effect is never formed: it is xored in together with the lane.
    private static readonly Logic Pairs = new(Xor3: 2, Chi: 2, ThetaEffect: 1);
    private static readonly Logic Folded = new(Xor3: 1, Chi: 1, ThetaEffect: 1);
    private static readonly Logic Ternary = new(Xor3: 1, Chi: 1, ThetaEffect: 0);

    private static IssueLimit From(
        LaneOperations c, int lanes, Units units, (int Logic, int Shift) rotate, (int Logic, int Shift) wholeBytes, Logic cost)
    {
        var logic = c.Xor + c.Theta + (cost.Xor3 * c.Xor3) + (cost.Chi * c.Chi) + (cost.ThetaEffect * c.ThetaEffect);
        logic += (c.Rotate * rotate.Logic) + (c.RotateWholeBytes * wholeBytes.Logic);
        var shifts = (c.Rotate * rotate.Shift) + (c.RotateWholeBytes * wholeBytes.Shift);
        var cycles = Math.Max((logic + shifts) / (double)units.Logic, shifts / (double)units.Shift);
        return new IssueLimit(logic + shifts, cycles / lanes);
    }

    /// <summary>Instructions that an operation of the body takes.</summary>
    private readonly record struct Logic(int Xor3, int Chi, int ThetaEffect);
}
