using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace RobustVlm.Torch.Interop;

/// <summary>What must happen before and right after libtorch is loaded; it decides most of the speed.</summary>
internal static unsafe partial class NativeStart
{
    private static long* s_liveBytes;
    private static long* s_peakBytes;

    internal static long LiveBytes => s_liveBytes == null ? 0 : Volatile.Read(ref *s_liveBytes);

    internal static long PeakBytes => s_peakBytes == null ? 0 : Volatile.Read(ref *s_peakBytes);

    internal static void Run()
    {
        TuneEnvironment();
        NativeLibrary.SetDllImportResolver(typeof(NativeStart).Assembly, Resolve);
        long* live;
        long* peak;
        NativeError.Check(NativeMethods.rvt_start(&live, &peak));
        s_liveBytes = live;
        s_peakBytes = peak;

        // ATen starts with one thread when OpenMP sees no setting; OpenBLAS has a pool of its own.
        if (!int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), out var threads) || threads < 1)
        {
            threads = Environment.ProcessorCount;
        }

        BlasThreads.Set(threads);
        NativeError.Check(NativeMethods.rvt_set_threads(threads));
    }

    // Native code reads the C environment, which .NET's own SetEnvironmentVariable does not touch.
    private static void TuneEnvironment()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var avx512 = Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported;
        SetIfUnset("OMP_WAIT_POLICY", "PASSIVE");   // two spinning pools fight over the cores

        // Some builds of libtorch bring MPI and with it UCX, whose handler of segmentation faults would take the place of .NET's:
        // a null reference in C# would then end the process.
        SetIfUnset("UCX_ERROR_SIGNALS", "");
        if (avx512)
        {
            // OpenBLAS does not know recent processors and falls back to kernels five times slower.
            SetIfUnset("OPENBLAS_CORETYPE", "SkylakeX");
            SetIfUnset("ATEN_CPU_CAPABILITY", "avx512");
        }
        else if (Avx2.IsSupported)
        {
            SetIfUnset("OPENBLAS_CORETYPE", "Haswell");
        }
    }

    private static void SetIfUnset(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null && setenv(name, value, 0) != 0)
        {
            throw new InvalidOperationException($"The environment variable {name} could not be set before libtorch was loaded.");
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != NativeMethods.Library)
        {
            return 0;
        }

        var folder = Path.GetDirectoryName(assembly.Location);
        var path = Path.Combine(string.IsNullOrEmpty(folder) ? AppContext.BaseDirectory : folder, "librobustvlm_torch.so");
        if (!File.Exists(path))
        {
            throw new DllNotFoundException($"The native part of RobustVlm.Torch is missing: build the solution in this folder's configuration, so that {Path.GetFileName(path)} lies beside RobustVlm.Torch.dll.");
        }

        try
        {
            return NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException("libtorch could not be loaded: install it with 'apt-get install libtorch-dev' (the same version the native part was built with). " + FirstLine(e.Message), e);
        }
    }

    private static string FirstLine(string text) => text.Split('\n').FirstOrDefault(line => line.Contains(".so", StringComparison.Ordinal))?.Trim() ?? text;
}
