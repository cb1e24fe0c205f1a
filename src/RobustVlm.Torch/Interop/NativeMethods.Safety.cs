using System.Runtime.InteropServices;

namespace RobustVlm.Torch.Interop;

/// <content>What only tests call.</content>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library)] internal static partial int rvt_fence_for_test(long bytesOfSlack);
}
